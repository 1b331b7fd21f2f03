import assert from "node:assert/strict";
import { test } from "node:test";
import { actualZoom, boxOf, clamp, fit, maxZoom, pan, rescaled, shownScale, stepFrom, visible, whole, zoomAt } from "./view.ts";

const pane = { width: 800, height: 400 };

test("the whole photo is seen at first, in the middle", () => {
  assert.deepEqual(fit(pane, 1), { width: 400, height: 400 });
  assert.deepEqual(boxOf(pane, 1, whole), { width: 400, height: 400, left: 200, top: 0 });
});

test("the spot under the pointer stays under the pointer", () => {
  const at = { x: 300, y: 100 };
  const before = boxOf(pane, 1, whole);
  const view = zoomAt(pane, 1, whole, 3, at);
  const after = boxOf(pane, 1, view);
  assert.ok(Math.abs((at.x - before.left) / before.width - (at.x - after.left) / after.width) < 1e-9);
  assert.ok(Math.abs((at.y - before.top) / before.height - (at.y - after.top) / after.height) < 1e-9);
});

test("the zoom ends at the whole photo and at the largest zoom", () => {
  assert.deepEqual(zoomAt(pane, 1, { zoom: 2, x: 0.4, y: 0.6 }, 0.01, { x: 5, y: 5 }), whole);
  assert.equal(zoomAt(pane, 1, whole, 1000, { x: 400, y: 200 }).zoom, maxZoom);
});

test("a photo cannot be dragged out of sight", () => {
  const view = pan(pane, 1, clamp(pane, 1, { zoom: 4, x: 0.5, y: 0.5 }), 1e6, 1e6);
  const box = boxOf(pane, 1, view);
  assert.equal(Math.round(box.left), 0);
  assert.equal(Math.round(box.top), 0);
});

test("the divider moves only where the photo is seen", () => {
  assert.deepEqual(visible(pane, boxOf(pane, 1, whole)), { from: 200, to: 600 });
  assert.deepEqual(visible(pane, boxOf(pane, 1, { zoom: 4, x: 0.5, y: 0.5 })), { from: 0, to: 800 });
});

test("full size is one pixel of the photo for each of the screen", () => {
  const photo = { width: 1600, height: 1600 };
  assert.equal(actualZoom(pane, photo, 1), 4);
  assert.equal(actualZoom(pane, photo, 2), 2);
  assert.equal(actualZoom({ width: 0, height: 0 }, photo, 1), 1);
  assert.equal(boxOf(pane, 1, { ...whole, zoom: actualZoom(pane, photo, 1) }).width, 1600);
});

test("a photo that is fitted says so, and any other size is told by its pixels", () => {
  assert.equal(shownScale({ zoom: 1, actual: 4 }), null);
  assert.equal(shownScale({ zoom: 2, actual: 4 }), 0.5);
  assert.equal(shownScale({ zoom: 4, actual: 4 }), 1);
  // Fitted and full size at once.
  assert.equal(shownScale({ zoom: 1, actual: 1 }), 1);
});

test("a step stops at full size and at the whole photo", () => {
  const actual = 2;
  assert.equal(stepFrom({ zoom: 1, actual }, 1.5), 1.5);
  assert.equal(stepFrom({ zoom: 1.5, actual }, 1.5) * 1.5, actual);
  assert.equal(stepFrom({ zoom: actual, actual }, 1.5), 1.5);
  assert.equal(stepFrom({ zoom: 2.5, actual }, 1 / 1.5) * 2.5, actual);
  assert.equal(stepFrom({ zoom: 1.2, actual }, 1 / 1.5) * 1.2, 1);
  // Nor does it end just before one.
  assert.ok(Math.abs(stepFrom({ zoom: 1.3, actual }, 1.5) * 1.3 - actual) < 1e-9);
});

test("a photo smaller than its pane goes down to its full size, a very large one up to it", () => {
  const middle = { x: 400, y: 200 };
  assert.equal(zoomAt(pane, 1, whole, 0.01, middle, 0.25).zoom, 0.25);
  assert.equal(clamp(pane, 1, { ...whole, zoom: 0.1 }, 0.25).zoom, 0.25);
  assert.equal(zoomAt(pane, 1, whole, 1000, middle, 20).zoom, 20);
});

test("a pane of another size shows the photo as large as before", () => {
  const half = { width: 400, height: 400 };
  const seen = { zoom: 4, x: 0.3, y: 0.6 };
  const shown = rescaled(seen, 2, pane, half);
  assert.equal(boxOf(half, 2, shown).width, boxOf(pane, 2, seen).width);
  assert.deepEqual(rescaled(whole, 2, pane, half), whole);
});
