import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeMiddle, fullFrame, moveCorner, moveEdge, sound } from "./quad.ts";

test("the whole picture is a sound shape", () => {
  assert.ok(sound(fullFrame));
});

test("a corner goes where it is put, but not out of the picture", () => {
  assert.deepEqual(moveCorner(fullFrame, 0, { x: 0.2, y: 0.1 })[0], { x: 0.2, y: 0.1 });
  assert.deepEqual(moveCorner(fullFrame, 2, { x: 3, y: 0.9 })[2], { x: 1, y: 0.9 });
});

test("a corner that would fold the shape stays where it was", () => {
  assert.equal(moveCorner(fullFrame, 0, { x: 0.9, y: 0.9 }), fullFrame);
});

test("an edge takes both of its corners along", () => {
  const moved = moveEdge(fullFrame, 0, { x: 0.4, y: 0.25 });
  assert.deepEqual([moved[0], moved[1]], [{ x: 0, y: 0.25 }, { x: 1, y: 0.25 }]);
  assert.deepEqual(edgeMiddle(moved, 0), { x: 0.5, y: 0.25 });
});

test("an edge stops at the border and before it meets the other one", () => {
  assert.deepEqual(moveEdge(fullFrame, 1, { x: 0.5, y: 0 }), fullFrame);
  assert.equal(moveEdge(fullFrame, 3, { x: 1, y: 0 }), fullFrame);
});
