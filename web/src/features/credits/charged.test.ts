import assert from "node:assert/strict";
import { test } from "node:test";
import { chargedFor } from "./charged.ts";

const price = (charged: number | null) => ({ most: 2000, charged });

test("a job that failed or was stopped was not charged", () => {
  for (const status of ["failed", "canceled"] as const) {
    assert.equal(chargedFor({ status, price: price(null) }), 0);
    assert.equal(chargedFor({ status, price: price(0) }), 0);
  }
});

test("nothing is said too early, and nothing where nothing is ever charged", () => {
  assert.equal(chargedFor({ status: "running", price: price(null) }), null);
  assert.equal(chargedFor({ status: "succeeded", price: price(null) }), null);
  assert.equal(chargedFor({ status: "succeeded", price: null }), null);
  assert.equal(chargedFor(null), null);
});

test("what was charged is what the server says", () => {
  assert.equal(chargedFor({ status: "succeeded", price: price(2000) }), 2000);
  assert.equal(chargedFor({ status: "succeeded", price: price(0) }), 0);
});
