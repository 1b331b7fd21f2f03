import assert from "node:assert/strict";
import { test } from "node:test";
import { automatic } from "../../api/wish.ts";
import { allowedSize, enlargesFor, isReduced, unlarged } from "./allowed.ts";

test("a download is as large as the plan allows on its shorter side", () => {
  assert.deepEqual(allowedSize({ width: 3000, height: 2000 }, 720), { width: 1080, height: 720 });
  assert.deepEqual(allowedSize({ width: 2000, height: 3000 }, 480), { width: 480, height: 720 });
  assert.deepEqual(allowedSize({ width: 3000, height: 2000 }, null), { width: 3000, height: 2000 });
  assert.deepEqual(allowedSize({ width: 640, height: 480 }, 480), { width: 640, height: 480 });
  assert.deepEqual([isReduced({ width: 640, height: 480 }, 480), isReduced({ width: 640, height: 481 }, 480)], [false, true]);
});

test("only what makes more come out is offered", () => {
  assert.deepEqual(enlargesFor({ width: 3000, height: 2000 }, 720), [1]);
  assert.deepEqual(enlargesFor({ width: 600, height: 400 }, 720), [1, 2]);
  assert.deepEqual(enlargesFor({ width: 300, height: 200 }, 720), [1, 2, 4]);
  assert.deepEqual(enlargesFor({ width: 3000, height: 2000 }, null), [1, 2, 4]);
  assert.deepEqual(enlargesFor(null, 720), [1, 2, 4]);
});

test("a result that was enlarged began smaller", () => {
  const options = { ...automatic.options, enlarge: 2 } as const;
  assert.deepEqual(unlarged({ width: 1280, height: 961 }, { options }), { width: 640, height: 481 });
});
