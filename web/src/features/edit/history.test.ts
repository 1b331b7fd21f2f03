import assert from "node:assert/strict";
import { test } from "node:test";
import { amend, begin, canRedo, canUndo, record, redo, undo } from "./history.ts";

test("every state can be taken back and done again", () => {
  const three = record(record(begin("a"), "b"), "c");
  assert.equal(undo(three).now, "b");
  assert.equal(undo(undo(three)).now, "a");
  assert.equal(redo(undo(three)).now, "c");
  assert.deepEqual(redo(redo(undo(undo(three)))), three);
});

test("at either end nothing happens", () => {
  const one = begin("a");
  assert.equal(undo(one), one);
  assert.equal(redo(one), one);
  assert.equal(canUndo(one) || canRedo(one), false);
});

test("a new state after an undo leaves no way to what was undone", () => {
  const history = record(undo(record(begin("a"), "b")), "c");
  assert.equal(canRedo(history), false);
  assert.deepEqual(history.past, ["a"]);
});

test("the same state again is no step, and a change in between is part of the newest step", () => {
  const history = record(begin("a"), "b");
  assert.equal(record(history, "b"), history);
  assert.equal(undo(amend(history, "bb")).now, "a");
});
