import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, paths } from "./route.ts";

test("each address leads to its page", () => {
  assert.deepEqual(parse("/"), { page: "home" });
  assert.deepEqual(parse(paths.photo("a-1")), { page: "photo", id: "a-1" });
  assert.deepEqual(parse(paths.corners("a-1")), { page: "corners", id: "a-1" });
  assert.deepEqual(parse(paths.brush("a-1")), { page: "brush", id: "a-1", version: null });
  assert.deepEqual(parse(paths.brush("a-1", 2)), { page: "brush", id: "a-1", version: 2 });
  assert.deepEqual(parse(paths.colour("a-1", 1)), { page: "colour", id: "a-1", version: 1 });
});

test("an address that does not exist is said to be unknown", () => {
  for (const path of ["/nothing", "/photos/a/b", "/photos/a/corners/x", "/photos/a/brush/x", "/photos/a/colour/1/2"]) assert.equal(parse(path).page, "unknown");
});
