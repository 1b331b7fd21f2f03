import assert from "node:assert/strict";
import { test } from "node:test";
import { afresh, automatic, coloured, sendable, type Wish, wishOf } from "./wish.ts";

const hint = { x: 0.5, y: 0.5, radius: 0.05, color: "#336699" };
const dabbed: Wish = { operation: "colorize", options: { ...automatic.options, mask_id: "m", hints: [hint] } };

test("without a job the automatic restoration is asked for", () => {
  assert.deepEqual(wishOf(null), automatic);
});

test("dabs are sent only along with colour", () => {
  assert.deepEqual(sendable(dabbed).options.hints, [hint]);
  assert.deepEqual(sendable({ ...dabbed, operation: "restore" }).options.hints, []);
});

test("new corners drop the mask and the dabs", () => {
  assert.deepEqual(afresh(dabbed).options, automatic.options);
});

test("colour is added to a restoration and leaves colour alone", () => {
  assert.equal(coloured(automatic).operation, "restore_colorize");
  assert.equal(coloured(dabbed).operation, "colorize");
});
