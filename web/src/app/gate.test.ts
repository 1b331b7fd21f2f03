import assert from "node:assert/strict";
import { test } from "node:test";
import { gate } from "./gate.ts";
import { parse } from "./route.ts";

const way = (path: string, role: "guest" | "user" | null) => gate(parse(path), role && { role });

test("a visitor sees what is for everybody, and is asked in for the rest", () => {
  assert.deepEqual(["/", "/plans", "/sign-in", "/reset/x", "/nothing", "/login/login_failed"].map((path) => way(path, null)), [
    "photos", "inside", "entrance", "entrance", "photos", "entrance",
  ]);
  for (const path of ["/photos/a", "/account", "/credits", "/billing/done", "/jobs/a"]) assert.equal(way(path, null), "signIn");
});

test("a guest has photos but no account", () => {
  assert.deepEqual(["/photos/a", "/jobs/a", "/plans", "/sign-up"].map((path) => way(path, "guest")), [
    "photos", "inside", "inside", "entrance",
  ]);
  for (const path of ["/account", "/credits", "/billing/done"]) assert.equal(way(path, "guest"), "signUp");
});

test("who is signed in is not asked again, but may use a link out of a mail", () => {
  assert.deepEqual(["/sign-in", "/sign-up", "/verify/x", "/account", "/photos/a"].map((path) => way(path, "user")), [
    "back", "back", "entrance", "inside", "photos",
  ]);
});
