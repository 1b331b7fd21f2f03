import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rendition } from "../../api/types.ts";
import { bestOf, newest, shownOf } from "./shown.ts";

const result = (id: string): Rendition => ({ id }) as Rendition;
const results = [result("third"), result("second"), result("first")];

test("a photo begins with its favourite, and without one with what is newest", () => {
  assert.equal(bestOf({ results, chosen_rendition_id: "first" })?.id, "first");
  assert.equal(bestOf({ results, chosen_rendition_id: null })?.id, "third");
  assert.equal(bestOf({ results, chosen_rendition_id: "gone" })?.id, "third");
  assert.equal(bestOf({ results: [], chosen_rendition_id: null }), undefined);
});

test("what somebody looks at, or has just had made, comes before the favourite", () => {
  const photo = { results, chosen_rendition_id: "first" };
  assert.equal(shownOf(photo, "second")?.id, "second");
  assert.equal(shownOf(photo, newest)?.id, "third");
  assert.equal(shownOf(photo, null)?.id, "first");
  assert.equal(shownOf(photo, "gone")?.id, "first");
});
