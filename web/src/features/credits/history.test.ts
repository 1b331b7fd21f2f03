import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credits, Entry } from "../../api/types.ts";
import { changeOf, endingNext } from "./history.ts";

const entry = (seq: number, kind: Entry["kind"], amount: number, available: number): Entry => ({
  seq, kind, amount, available, held: 0, debt: 0, reason: "", text: "", job_id: null, at: "2026-01-01T00:00:00Z",
});

test("each entry shows what can be spent since", () => {
  const entries = [
    entry(4, "capture", 2000, 1000),
    entry(3, "hold", 2000, 1000),
    entry(2, "expire", 500, 3000),
    entry(1, "grant", 3500, 3500),
  ];
  assert.deepEqual(entries.map((_, index) => changeOf(entries, index)), [0, -2000, -500, 3500]);
});

test("where the entry before is not loaded yet, its kind says what it changed", () => {
  assert.equal(changeOf([entry(9, "hold", 2000, 1000)], 0), -2000);
  assert.equal(changeOf([entry(9, "release", 2000, 3000)], 0), 2000);
  assert.equal(changeOf([entry(9, "capture", 2000, 3000)], 0), 0);
});

test("what ends next is all that ends at that moment", () => {
  const grant = (available: number, expires_at: string | null) => ({
    id: "", source: "plan", amount: 5000, available, granted_at: "2026-01-01T00:00:00Z", expires_at,
  });
  const at = "2026-02-01T00:00:00Z";
  const credits: Credits = {
    unlimited: false, available: 9000, held: 0, debt: 0, next_expiry: at, grants: [grant(1000, at), grant(2000, at), grant(6000, null)],
  };
  assert.deepEqual(endingNext(credits), { amount: 3000, at });
  assert.equal(endingNext({ ...credits, next_expiry: null }), null);
});
