import assert from "node:assert/strict";
import { test } from "node:test";
import { stableUrl } from "./stableUrl.ts";

test("the first address of a picture is kept until shortly before it expires", () => {
  assert.equal(stableUrl("/f/a?expires=1000&signature=1", 0), "/f/a?expires=1000&signature=1");
  assert.equal(stableUrl("/f/a?expires=1100&signature=2", 100), "/f/a?expires=1000&signature=1");
  assert.equal(stableUrl("/f/a?expires=2000&signature=3", 950), "/f/a?expires=2000&signature=3");
});

test("an address that never expires stays itself", () => {
  assert.equal(stableUrl("/f/b", 0), "/f/b");
});
