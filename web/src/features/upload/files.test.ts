import assert from "node:assert/strict";
import { test } from "node:test";
import { looksLikePhoto, sift } from "./files.ts";

const file = (name: string, type = ""): File => new File(["x"], name, { type });

test("photos are known by their type or by their name", () => {
  assert.ok(looksLikePhoto(file("a", "image/png")));
  assert.ok(looksLikePhoto(file("IMG_1.HEIC")));
  assert.ok(!looksLikePhoto(file("letter.docx")));
});

test("what is no photo is left out of a folder and counted", () => {
  const { files, skipped } = sift([], [file("2.jpg"), file("notes.txt"), file("10.jpg")]);
  assert.deepEqual(files.map((one) => one.name), ["2.jpg", "10.jpg"]);
  assert.equal(skipped, 1);
});

test("a single file that was picked on purpose is always sent", () => {
  assert.deepEqual(sift([file("letter.docx")], []).files.length, 1);
});
