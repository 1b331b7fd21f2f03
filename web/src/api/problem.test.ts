import assert from "node:assert/strict";
import { test } from "node:test";
import { asProblem, problemFrom } from "./problem.ts";

test("the server's own sentence is shown", () => {
  const problem = problemFrom(422, { code: "damaged_file", title: "Damaged", detail: "It is cut short.", request_id: "r" });
  assert.deepEqual([problem.code, problem.message], ["damaged_file", "It is cut short."]);
});

test("a fault of the server gives a number to ask for help with", () => {
  const { message } = problemFrom(500, { detail: "Something went wrong on our side", request_id: "7f3a" });
  assert.equal(message, "Something went wrong on our side. If you ask for help, give this number: 7f3a");
});

test("an answer that is no problem document still becomes a sentence", () => {
  for (const body of [null, "<html>", {}]) assert.match(problemFrom(502, body).message, /Something went wrong/);
  assert.match(asProblem(new Error("x")).message, /Something went wrong/);
});
