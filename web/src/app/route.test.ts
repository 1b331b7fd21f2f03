import assert from "node:assert/strict";
import { test } from "node:test";
import { address, parse, paths } from "./route.ts";

test("each address leads to its page", () => {
  assert.deepEqual(parse("/"), { page: "home" });
  assert.deepEqual(parse(paths.photo("a-1")), { page: "photo", id: "a-1" });
  assert.deepEqual(parse(paths.corners("a-1")), { page: "corners", id: "a-1" });
  assert.deepEqual(parse(paths.brush("a-1")), { page: "brush", id: "a-1", version: null });
  assert.deepEqual(parse(paths.brush("a-1", 2)), { page: "brush", id: "a-1", version: 2 });
  assert.deepEqual(parse(paths.colour("a-1", 1)), { page: "colour", id: "a-1", version: 1 });
  assert.deepEqual(parse(paths.job("j-1")), { page: "job", id: "j-1" });
  assert.deepEqual(parse(paths.signIn), { page: "signIn" });
  assert.deepEqual(parse("/reset/secret"), { page: "reset", link: "secret" });
});

test("an address that does not exist is said to be unknown", () => {
  for (const path of ["/nothing", "/photos/a/b", "/photos/a/corners/x", "/photos/a/brush/x", "/photos/a/colour/1/2", "/constructor", "/verify", "/jobs/a/b"]) {
    assert.equal(parse(path).page, "unknown");
  }
});

test("a link in a mail hides its secret behind the hash", () => {
  assert.equal(address({ pathname: "/", hash: "#/reset/secret?from=mail" }), "/reset/secret");
  assert.equal(address({ pathname: "/", hash: "#/" }), "/");
  assert.equal(address({ pathname: "/photos/a", hash: "#content" }), "/photos/a");
});
