import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attempt, Considered, Left, Story } from "../../api/types.ts";
import { attemptLine, consideredLines, hasOthers, isDoneHere, isNobodys, titleOf, wordsLine } from "./words.ts";

const titles = new Map([["far", "Far Away"], ["embedded", "This machine"]]);
const attempt: Attempt = {
  number: 1,
  provider: "far",
  model: "fine",
  status: "done",
  started_at: "2026-01-01T00:00:00Z",
  ended_at: "2026-01-01T00:00:04Z",
  seconds: 4,
  cost: 39_000,
  error: null,
  detail: null,
};

test("those who were to be asked come in their order, the others with why not", () => {
  const considered = [
    { provider: "far", model: "fine", score: 0.9, why: "Best for this.", refused: null },
    { provider: "far", model: "old", score: null, why: "", refused: "It was not working." },
    { provider: "embedded", model: "here", score: 0.1, why: "", refused: null },
  ];
  const { asked, refused } = consideredLines(considered, titles);
  assert.deepEqual(asked.map((line) => line.name), ["Far Away, fine", "This machine"]);
  assert.deepEqual(refused.map((line) => line.text), ["It was not working."]);
});

test("a try says how it went, how long it took and what it cost", () => {
  assert.equal(attemptLine(attempt, titles, true).text, "worked, about 4 seconds, $0.04");
});

test("what a try cost is kept from those whom it does not concern", () => {
  assert.equal(attemptLine(attempt, titles, false).text, "worked, about 4 seconds");
});

test("a try that came to nothing says why", () => {
  const failed: Attempt = { ...attempt, status: "failed", seconds: 2, error: { code: "busy", message: "It is busy." } };
  assert.equal(attemptLine(failed, titles, false).text, "did not work, about 2 seconds. It is busy.");
});

test("who put the words better is named with the model, and by its own name where nobody has another", () => {
  assert.equal(titleOf(titles, "far:fine:2"), "Far Away, fine:2");
  assert.equal(titleOf(titles, "near"), "near");
  assert.equal(wordsLine({ by: "far:fine", cost: 1200 }, titles, true), "Put into words by Far Away, fine, $0.0012");
  assert.equal(wordsLine({ by: "far:fine", cost: 1200 }, titles, false), "Put into words by Far Away, fine");
  assert.equal(wordsLine({ by: "rules", cost: 0 }, titles, true), "The usual words: nobody could put them better");
});

const considered = (provider: string, refused: string | null = null): Considered => ({ provider, model: "m", score: 1, why: "", refused });
const story = (change: Partial<Story>): Story => ({ considered: [], attempts: [], words: null, ...change });
const tried = (provider: string): Attempt => ({ ...attempt, provider });

test("what this machine did by itself is known as that, whoever else was thought of", () => {
  const alone = story({ considered: [considered("embedded")], attempts: [tried("embedded")] });
  assert.equal(isDoneHere(alone, [], "j"), true);
  assert.equal(hasOthers(alone), false);
  const kept = story({ ...alone, considered: [considered("far", "The photo stays."), considered("embedded")] });
  assert.equal(isDoneHere(kept, [], "j"), true);
  assert.equal(hasOthers(kept), true);
});

test("where somebody else had a part in it, all is told", () => {
  const asked = [considered("far"), considered("embedded")];
  assert.equal(isDoneHere(story({ considered: asked, attempts: [tried("far"), tried("embedded")] }), [], "j"), false);
  assert.equal(isDoneHere(story({ considered: asked }), [], "j"), false);
  const words = { prompt: "A sky", by: "far:fine", cost: 0 } as Story["words"];
  assert.equal(isDoneHere(story({ attempts: [tried("embedded")], words }), [], "j"), false);
  // Nothing is known of one that is kept secret: it was done by nobody, or by whom is not told.
  assert.equal(isDoneHere(story({}), [], "j"), false);
  assert.equal(isNobodys(story({}), []), true);
  assert.equal(isNobodys(story({}), [{ job_id: "j" } as Left]), false);
});

test("what left for another version is no part of this one", () => {
  const done = story({ attempts: [tried("embedded")] });
  assert.equal(isDoneHere(done, [{ job_id: "other" } as Left], "j"), true);
  assert.equal(isDoneHere(done, [{ job_id: "j" } as Left], "j"), false);
});
