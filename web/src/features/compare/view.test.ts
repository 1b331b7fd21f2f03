import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, clamp, fit, maxZoom, pan, visible, whole, zoomAt } from "./view.ts";

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
