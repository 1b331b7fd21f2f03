import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf, priced } from "./price.ts";

const price = (most: number, by_class: Record<string, number>) => ({
  operation: "restore",
  quality: "standard",
  most,
  by_class,
  degraded: most / 2,
});

test("the button says what it costs, and that a good photo costs nothing", () => {
  const cost = costOf(price(2000, { A: 2000, E: 2000, F: 0 }), 12_000);
  assert.deepEqual(cost, { most: 2000, words: "2 credits", freeIfFine: true, short: null });
  assert.equal(priced("Restore", cost), "Restore · 2 credits");
});

test("a price that depends on the damage is named by its highest", () => {
  assert.equal(costOf(price(1300, { A: 1000, E: 1300, F: 0 }), null)?.words, "up to 1.3 credits");
});

test("too few credits are said before the press", () => {
  assert.equal(costOf(price(2000, { A: 2000, F: 0 }), 1000)?.short, 1000);
});

test("what costs nothing has no price on its button", () => {
  assert.equal(costOf(null, 1000), null);
  assert.equal(priced("Restore", null), "Restore");
});
