import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "../../api/types.ts";
import { offers } from "./describe.ts";

const plan: Plan = {
  name: "cherish", title: "Cherish", monthly_credits: 60_000, daily_limit: null, short_side: 720,
  features: ["animation", "top_ups"], watermark: false, prices: null, current: false,
};

test("a plan says what it brings", () => {
  assert.deepEqual(offers({ ...plan, features: [] }, []), ["60 credits each month", "Results up to 720 pixels on the short side"]);
  assert.deepEqual(offers({ ...plan, features: [], monthly_credits: null, daily_limit: 5, short_side: null, watermark: true }, []), [
    "No credits to count", "5 photos a day", "Results in full size", "A small mark on results",
  ]);
});

test("nothing is offered that the server cannot do", () => {
  assert.deepEqual(offers(plan, ["restore"]).slice(2), ["Top-ups"]);
  assert.deepEqual(offers(plan, ["restore", "animate"]).slice(2), ["Make photos move", "Top-ups"]);
});
