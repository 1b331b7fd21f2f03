import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offer } from "../../api/types.ts";
import { costRange, doersOf, goesTo, stillThere } from "./offers.ts";

const offer = (provider: string, model: string, more: Partial<Offer> = {}): Offer => ({
  provider,
  model,
  title: provider.toUpperCase(),
  cost: 0,
  seconds: 1,
  marks: null,
  note: null,
  experimental: false,
  sends: true,
  ...more,
});
const offers = [
  offer("far", "fine", { cost: 134_000 }),
  offer("far", "quick", { cost: 39_000 }),
  offer("other", "one", { cost: null }),
  offer("embedded", "here", { sends: false }),
];
const anybody = { provider: null, model: null, local_only: false };

test("this machine is named first, and the models of one provider together", () => {
  const doers = doersOf(offers);
  assert.deepEqual(doers.map((one) => one.provider), ["embedded", "far", "other"]);
  assert.equal(doers[1]?.models.length, 2);
});

test("where a photo stays, only this machine is left", () => {
  assert.deepEqual(doersOf(offers, true).map((one) => one.provider), ["embedded"]);
});

test("a photo may go to everybody who sends, or goes to the one who was chosen", () => {
  assert.deepEqual(goesTo(offers, anybody), ["FAR", "OTHER"]);
  assert.deepEqual(goesTo(offers, { ...anybody, provider: "far" }), ["FAR"]);
  assert.deepEqual(goesTo(offers, { ...anybody, provider: "embedded" }), []);
});

test("a photo that stays goes to nobody", () => {
  assert.deepEqual(goesTo(offers, { ...anybody, provider: "far" }, true), []);
  assert.deepEqual(goesTo(offers, { ...anybody, local_only: true }), []);
});

test("prices are told from the lowest to the highest that is known", () => {
  assert.deepEqual(costRange(offers.slice(0, 3)), { low: 39_000, high: 134_000 });
  assert.deepEqual(costRange([offer("other", "one", { cost: null })]), { low: null, high: null });
});

test("a choice that is gone is none", () => {
  assert.deepEqual(stillThere(offers, { provider: "far", model: "fine" }), { provider: "far", model: "fine" });
  assert.deepEqual(stillThere(offers, { provider: "far", model: "old" }), { provider: "far", model: null });
  assert.deepEqual(stillThere(offers, { provider: "far", model: "fine" }, true), { provider: null, model: null });
});
