import assert from "node:assert/strict";
import { test } from "node:test";
import { change, type Dabs, middleColour, most, move, place, radiusAt, remove, stepOf, steps } from "./dabs.ts";
import { nameOf, palette } from "./palette.ts";

const one: Dabs = place([], { x: 0.25, y: 0.5 }, "#AABBCC", 0.03);

test("a dab lies where it was placed, in its colour", () => {
  assert.deepEqual(one, [{ x: 0.25, y: 0.5, radius: 0.03, color: "#aabbcc" }]);
});

test("outside of the picture nothing is placed, and not more than the server takes", () => {
  assert.equal(place(one, { x: 1.2, y: 0.5 }, "#000000", 0.03), one);
  const full = Array.from({ length: most }, () => one[0]!);
  assert.equal(place(full, { x: 0.5, y: 0.5 }, "#000000", 0.03), full);
});

test("a dab moves up to the border and no further", () => {
  assert.deepEqual(move(one, 0, { x: 2, y: -1 })[0], { x: 1, y: 0, radius: 0.03, color: "#aabbcc" });
});

test("what changes nothing is no new state", () => {
  assert.equal(move(one, 0, { x: 0.25, y: 0.5 }), one);
  assert.equal(change(one, 0, { color: "#aabbcc" }), one);
  assert.equal(change(one, 7, { color: "#000000" }), one);
  assert.equal(remove(one, 7), one);
});

test("only the dab that is meant is removed or changed", () => {
  const two = place(one, { x: 0.5, y: 0.5 }, "#112233", 0.1);
  assert.deepEqual(remove(two, 0), [two[1]]);
  assert.deepEqual(change(two, 1, { color: "#445566" })[0], one[0]);
});

test("every size of the slider finds its place again", () => {
  for (let step = 0; step <= steps; step++) assert.equal(stepOf(radiusAt(step)), step);
  assert.ok(radiusAt(99) <= 0.25);
});

test("the eyedropper takes the middle of what lies under it", () => {
  assert.equal(middleColour([0, 0, 0, 255, 255, 128, 10, 255]), "#804005");
});

test("colours of the palette have names, others their number", () => {
  assert.equal(new Set(palette.map((swatch) => swatch.color)).size, palette.length);
  assert.equal(new Set(palette.map((swatch) => swatch.name)).size, palette.length);
  assert.equal(nameOf(palette[0]!.color.toUpperCase()), palette[0]!.name);
  assert.equal(nameOf("#123456"), "#123456");
});
