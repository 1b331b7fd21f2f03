import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem, problemFrom } from "../../api/problem.ts";
import { errorsFor } from "./fields.ts";

const names = ["email", "password"];

test("a refusal is told at the field that it is about", () => {
  assert.deepEqual(errorsFor(new Problem(409, "email_taken", "", "Taken."), names), { email: "Taken." });
  assert.deepEqual(errorsFor(new Problem(422, "weak_password", "", "Too short."), names), { password: "Too short." });
});

test("what the server says of single parts is told at each of them", () => {
  const body = { code: "invalid_request", errors: [{ pointer: "/email", detail: "Field required" }] };
  assert.deepEqual(errorsFor(problemFrom(422, body), names), { email: "Field required." });
});

test("anything else is told for the whole form", () => {
  assert.deepEqual(errorsFor(new Problem(429, "too_many_requests", "", "Wait."), names), { form: "Wait." });
  assert.deepEqual(errorsFor(new Problem(422, "link_ended", "", "Old."), ["password"]), { form: "Old." });
  assert.deepEqual(errorsFor(null, names), {});
});
