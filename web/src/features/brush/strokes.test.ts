import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, record, redo, undo } from "../edit/history.ts";
import { type Act, begins, distance, maskSize, radiusAt, stepBy, steps, type Stroke, worthKeeping } from "./strokes.ts";

const stroke = (mode: Stroke["mode"], x: number): Stroke => ({ mode, radius: 0.02, points: [{ x, y: 0.5 }] });

test("the brush grows with each step and stays within its bounds", () => {
  for (let step = 1; step <= steps; step++) assert.ok(radiusAt(step) > radiusAt(step - 1));
  assert.equal(radiusAt(-3), radiusAt(0));
  assert.equal(stepBy(steps, 1), steps);
  assert.equal(stepBy(0, -1), 0);
});

test("a whole stroke is taken back, not a part of it", () => {
  const added = stroke("add", 0.1);
  const erased = stroke("erase", 0.2);
  const painted = record(record(begin<readonly Act[]>([]), [added]), [added, erased]);
  assert.deepEqual(undo(painted).now, [added]);
  assert.deepEqual(redo(undo(painted)).now, [added, erased]);
});

test("clearing is a step that can be taken back", () => {
  const added = stroke("add", 0.1);
  const painted = record(begin<readonly Act[]>([added]), [added, { mode: "clear" }]);
  assert.deepEqual(undo(painted).now, [added]);
});

test("a slow hand leaves no more points than the stroke needs", () => {
  const points = Array.from({ length: 100 }, (_, index) => ({ x: index / 1000, y: 0.5 }));
  const kept = worthKeeping(undefined, points, 0.02, 1);
  assert.ok(kept.length < 25);
  assert.deepEqual(kept[0], points[0]);
  assert.deepEqual(worthKeeping(points[0], [points[1]!], 0.02, 1), []);
});

test("distances count in the longer side, whichever it is", () => {
  assert.equal(distance({ x: 0, y: 0 }, { x: 1, y: 0 }, 2), 1);
  assert.equal(distance({ x: 0, y: 0 }, { x: 0, y: 1 }, 2), 0.5);
  assert.equal(distance({ x: 0, y: 0 }, { x: 1, y: 0 }, 0.5), 0.5);
});

test("only what is new is painted when a list of acts goes on, and everything when it does not", () => {
  const [a, b, c] = [stroke("add", 0.1), stroke("add", 0.2), stroke("erase", 0.3)];
  assert.equal(begins([a, b], [a, b, c]), 2);
  assert.equal(begins([a, b], [a]), -1);
  assert.equal(begins([a, b], [a, c, b]), -1);
});

test("a mask is as large as the picture, up to what the server keeps", () => {
  assert.deepEqual(maskSize({ width: 640, height: 480 }), { width: 640, height: 480 });
  assert.deepEqual(maskSize({ width: 4000, height: 3000 }), { width: 2048, height: 1536 });
  assert.deepEqual(maskSize({ width: 20000, height: 1 }), { width: 2048, height: 1 });
});
