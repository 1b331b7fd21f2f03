import assert from "node:assert/strict";
import { test } from "node:test";
import { afresh, automatic, coloured, isHeardHere, makingWishOf, mendingWishOf, sendable, type Wish, wishOf, wordless } from "./wish.ts";

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

test("what an operation does not take is not sent", () => {
  const restyled: Wish = { operation: "restyle", options: { ...automatic.options, style: "oil", strength: "strong", prompt: "By the sea" } };
  assert.deepEqual(sendable(restyled).options, { ...automatic.options, style: "oil", prompt: "By the sea" });
  assert.equal(sendable({ ...restyled, operation: "animate" }).options.style, null);
});

test("who does it is sent for whatever is done", () => {
  const chosen = { provider: "gemini", model: "m", local_only: true };
  const { options } = sendable({ operation: "animate", options: { ...automatic.options, ...chosen } });
  assert.deepEqual({ provider: options.provider, model: options.model, local_only: options.local_only }, chosen);
});

test("what made something new is no pattern for mending", () => {
  const job = { operation: "restyle", options: { ...automatic.options, style: "oil" } } as const;
  assert.deepEqual(mendingWishOf(job), automatic);
  assert.equal(mendingWishOf(dabbed).operation, "colorize");
});

test("something new begins as it was made before, or with what suits most", () => {
  const job = { operation: "restyle", options: { ...automatic.options, style: "oil" } } as const;
  assert.equal(makingWishOf("restyle", job).options.style, "oil");
  assert.equal(makingWishOf("restyle", null).options.style, "storybook");
  assert.equal(makingWishOf("enhance", job).options.enhancement, "lighting");
});

test("this machine reads words only where it is told how a photo should look, or its mood", () => {
  const enhance = (enhancement: "custom" | "mood" | "lighting"): Wish => ({
    operation: "enhance",
    options: { ...automatic.options, enhancement },
  });
  assert.deepEqual([enhance("custom"), enhance("mood"), enhance("lighting"), automatic].map(isHeardHere), [true, true, false, false]);
});

test("words that nobody reads are left out, and nothing else", () => {
  const asked: Wish = { ...automatic, options: { ...automatic.options, strength: "strong", prompt: "Warmer", rewrite: true } };
  assert.deepEqual(wordless(asked).options, { ...automatic.options, strength: "strong" });
});
