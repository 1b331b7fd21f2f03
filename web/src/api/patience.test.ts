import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { patiently, waitOf } from "./patience.ts";

test("only a limit that is over in a moment is waited for", () => {
  assert.equal(waitOf(429, "2"), 2000);
  assert.equal(waitOf(429, "0"), 1000);
  for (const [status, after] of [[429, "900"], [429, null], [429, "Wed, 21 Oct 2026 07:28:00 GMT"], [402, "1"], [200, null]] as const) {
    assert.equal(waitOf(status, after), null);
  }
});

test("what was refused for a moment is asked again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [429, 429, 201];
  const running = patiently(async () => answers.shift(), (status) => waitOf(status ?? 0, "1"));
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
    mock.timers.tick(1500);
  }
  mock.timers.reset();
  assert.equal(await running, 201);
});
