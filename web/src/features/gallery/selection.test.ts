import assert from "node:assert/strict";
import { test } from "node:test";
import { toggled } from "./selection.ts";

test("photos are chosen in the order of the presses, and left out again", () => {
  assert.deepEqual(toggled(["a"], "b", 12), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a", 12), ["b"]);
});

test("no more are chosen than one picture can be made of", () => {
  assert.deepEqual(toggled(["a", "b"], "c", 2), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "b", 2), ["a"]);
});
