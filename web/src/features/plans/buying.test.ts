import assert from "node:assert/strict";
import { test } from "node:test";
import type { Billing } from "../../api/types.ts";
import { type Before, unchangedYet } from "./buying.ts";

const paying: Billing = {
  subscription: { plan: "cherish", interval: "month", status: "active", period_end: "2026-02-01T00:00:00Z", cancel_at_period_end: false },
  payment_failed: false,
};
const asked = (purchase: Before["purchase"]): Before => ({ purchase, available: 0 });

test("a subscription that is still another one than was asked for may change with its period", () => {
  assert.equal(unchangedYet(asked({ plan: "remember", interval: "month" }), paying)?.plan, "cherish");
  assert.equal(unchangedYet(asked({ plan: "cherish", interval: "year" }), paying)?.interval, "month");
  assert.equal(unchangedYet(asked({ plan: "cherish", interval: "month" }), paying), null);
});

test("who buys for the first time, or credits, waits for nothing but the payment", () => {
  assert.equal(unchangedYet(asked({ plan: "remember", interval: "month" }), { ...paying, subscription: null }), null);
  assert.equal(unchangedYet(asked({ plan: "remember", interval: "month" }), undefined), null);
  assert.equal(unchangedYet(asked({ top_up: "small" }), paying), null);
});
