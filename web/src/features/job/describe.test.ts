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
