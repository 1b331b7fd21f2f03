import assert from "node:assert/strict";
import { test } from "node:test";
import { credits, money, signedCredits } from "./amounts.ts";

test("thousandths of credits become credits", () => {
  assert.deepEqual([0, 700, 1000, 1040, 1300, 1960, 2000, 1_234_567_000].map(credits), [
    "0 credits",
    "0.7 credits",
    "1 credit",
    "1 credit",
    "1.3 credits",
    "1.9 credits",
    "2 credits",
    "1,234,567 credits",
  ]);
  assert.deepEqual([2000, -1000, 0].map(signedCredits), ["+2 credits", "−1 credit", "0 credits"]);
});

test("money is written in its own currency, which may have no cents", () => {
  assert.deepEqual([money(499, "usd"), money(6000, "usd"), money(1200, "jpy")], ["$4.99", "$60", "¥1,200"]);
});
