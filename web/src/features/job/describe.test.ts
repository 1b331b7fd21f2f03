import assert from "node:assert/strict";
import { test } from "node:test";
import { automatic } from "../../api/wish.ts";
import { describe } from "./describe.ts";

const { options } = automatic;

test("a version says how it was made", () => {
  assert.equal(describe(automatic), "Automatic");
  assert.equal(
    describe({ operation: "restore", options: { ...options, strength: "strong", enlarge: 2, keep_tone: true, mask_id: "m" } }),
    "Strong, 2 × as large, Old tone, Your marks",
  );
});

test("colour is named, with the number of dabs", () => {
  const hints = [{ x: 0, y: 0, radius: 0.1, color: "#000000" }];
  assert.equal(describe({ operation: "restore_colorize", options: { ...options, hints } }), "Automatic, Colourized, 1 dab");
  assert.equal(describe({ operation: "colorize", options }), "Only colourized");
});

test("what was made is named by its style, its kind or its length", () => {
  assert.equal(describe({ operation: "restyle", options: { ...options, style: "oil", prompt: "By the sea" } }), "Oil paint, Your words");
  assert.equal(describe({ operation: "enhance", options: { ...options, enhancement: "mood" } }), "Enhanced, Mood");
  assert.equal(describe({ operation: "animate", options: { ...options, seconds: 7 } }), "Film, 7 seconds");
});
