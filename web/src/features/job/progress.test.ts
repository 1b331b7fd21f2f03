import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, JobResult, Photo, Rendition } from "../../api/types.ts";
import { batchSecondsLeft, promisedEnd, secondsLeft, stageIndex, standing, standingText, timeLeft, untilEnd } from "./progress.ts";

const job = (change: Partial<Job>): Job =>
  ({ status: "running", progress: 0, seconds_left: null, started_at: null, result: null, ...change }) as Job;
const photo = (latest_job: Job | null, results: Rendition[] = []): Photo => ({ latest_job, results }) as unknown as Photo;

test("the time left is told in calm steps", () => {
  assert.equal(timeLeft(1), "Nearly done");
  assert.equal(timeLeft(6.2), "About 7 seconds left");
  assert.equal(timeLeft(13), "About 15 seconds left");
  assert.equal(timeLeft(60), "About a minute left");
  assert.equal(timeLeft(190), "About 3 minutes left");
  assert.equal(timeLeft(null), null);
});

test("without an estimate of the server the pace so far counts", () => {
  const now = Date.parse("2026-01-01T00:00:10Z");
  const running = job({ started_at: "2026-01-01T00:00:00Z", progress: 0.5 });
  assert.equal(secondsLeft(running, now), 10);
  assert.equal(secondsLeft(job({ progress: 0.5 }), now), null);
  assert.equal(secondsLeft(job({ progress: 0.2, seconds_left: 4 }), now), 4);
  assert.equal(secondsLeft(job({ progress: 0.02, seconds_left: 1 }), now), null);
});

test("a promised end is never put off, and being late is said", () => {
  assert.equal(promisedEnd(null, 5, 1_000), 6_000);
  assert.equal(promisedEnd(6_000, 9, 2_000), 6_000);
  assert.equal(promisedEnd(6_000, 1, 2_000), 3_000);
  assert.equal(untilEnd(20_000, 1_000, 0.2), "About 20 seconds left");
  assert.equal(untilEnd(1_000, 2_000, 0.9), "Nearly done");
  assert.equal(untilEnd(1_000, 2_000, 0.3), "A few seconds left");
  assert.equal(untilEnd(1_000, 9_000, 0.5), "This photo takes a little longer");
  assert.equal(untilEnd(null, 0, 0), null);
});

test("a batch lasts as long as its finished part lets one expect", () => {
  assert.equal(batchSecondsLeft(2, 3, 8), 12);
  assert.equal(batchSecondsLeft(0, 3, 8), null);
});

test("the stages follow each other", () => {
  assert.deepEqual(["waiting", "preparing", "finishing", "done"].map((s) => stageIndex(s as Job["stage"])), [-1, 0, 3, 4]);
});

test("a photo keeps its result when a later run was stopped", () => {
  const result = {} as Rendition;
  assert.equal(standing(photo(null)), "new");
  assert.equal(standing(photo(job({ status: "canceled" }))), "canceled");
  assert.equal(standing(photo(job({ status: "canceled" }), [result])), "restored");
  assert.equal(standing(photo(job({ status: "queued" }), [result])), "queued");
});

test("a photo that needed nothing is said to be good already", () => {
  const done = photo(job({ status: "succeeded" }));
  assert.equal(standing(done), "unchanged");
  assert.equal(standing({ ...done, diagnosis: { findings: [], measures: {}, needs_work: true } }), "left");
});

test("a result is shown once the photo has it", () => {
  const done = job({ status: "succeeded", result: { rendition_id: "r" } as JobResult });
  assert.equal(standing(photo(done), done), "running");
  assert.equal(standing(photo(done, [{ id: "r" } as Rendition]), done), "restored");
});

test("an old progress does not keep a finished photo at work", () => {
  assert.equal(standingText(photo(job({ status: "failed" })), 0.8), "Did not work");
  assert.equal(standingText(photo(job({ status: "running" })), 0.8), "Restoring, 80%");
});

test("the job at hand is fresher than what the photo says of it", () => {
  assert.equal(standing(photo(job({ status: "queued" })), job({ status: "failed" })), "failed");
});
