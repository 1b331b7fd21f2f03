import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate } from "./calls.ts";
import { costOf, grid, inOrder, priceOf } from "./contest.ts";

const candidate = (model: string, more: Partial<Candidate> = {}): Candidate => ({
  provider: "p", provider_title: "P", model, price: 2000, estimate: 10_000, seconds: 5, sends: true, marks: null, note: null,
  experimental: false, available: true, refused: null, ...more,
});

test("this machine comes first, then the cheapest, and last who cannot be asked", () => {
  const found = inOrder([
    candidate("unknown", { estimate: null }),
    candidate("shut", { available: false, estimate: 0 }),
    candidate("dear", { estimate: 90_000 }),
    candidate("cheap"),
    candidate("here", { sends: false, estimate: 0 }),
  ]);
  assert.deepEqual(found.map((one) => one.model), ["here", "cheap", "dear", "unknown", "shut"]);
});

test("all of them together cost the sum, and nothing where nothing is charged", () => {
  assert.equal(priceOf([candidate("a"), candidate("b", { price: 3000 })]), 5000);
  assert.equal(priceOf([candidate("a", { price: null })]), null);
  assert.equal(costOf([candidate("a"), candidate("b")], 3000, false)?.short, 3000);
  assert.equal(costOf([candidate("a"), candidate("b")], 4000, false)?.short, null);
});

test("pictures are laid out as large as the room allows", () => {
  assert.deepEqual(grid({ width: 1000, height: 600 }, 2, 0.75), { columns: 2, rows: 1 });
  assert.deepEqual(grid({ width: 1000, height: 800 }, 4, 1.5), { columns: 2, rows: 2 });
  assert.deepEqual(grid({ width: 300, height: 900 }, 3, 1.5), { columns: 1, rows: 3 });
});
