/** What a job's state means, in words. Values in, values out. */
import type { Job, Photo, Stage } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { bestOf } from "./shown.ts";

export const isOver = (job: Pick<Job, "status">): boolean => job.status !== "queued" && job.status !== "running";

export const stages = ["preparing", "diagnosing", "restoring", "finishing"] as const;

/** Where a job stands among the stages: -1 before the first one, 4 after the last. */
export function stageIndex(stage: Stage): number {
  if (stage === "done") return stages.length;
  return stages.findIndex((one) => one === stage);
}

const known = 0.1;

/** The server's estimate, else what the time so far lets one expect, else null. Seconds. */
export function secondsLeft(job: Job, now: number): number | null {
  // At the very beginning any estimate is a guess, and a promise that is too short is never put right.
  if (job.progress < known) return null;
  if (job.seconds_left !== null) return job.seconds_left;
  if (job.started_at === null) return null;
  const elapsed = (now - Date.parse(job.started_at)) / 1000;
  return Math.max(0, (elapsed * (1 - job.progress)) / job.progress);
}

/**
 * The promised end, in milliseconds: an estimate may become shorter, never longer. A clock that runs backwards is worse
 * than one that is late.
 */
export function promisedEnd(before: number | null, seconds: number | null, now: number): number | null {
  if (seconds === null) return before;
  const end = now + seconds * 1000;
  return before === null ? end : Math.min(before, end);
}

const patience = 4_000;

/** The time left until a promised end, in words; "nearly done" only when most of the work (0..1) is. */
export function untilEnd(end: number | null, now: number, progress: number): string | null {
  if (end === null) return null;
  if (now > end + patience) return m.job.left.longer;
  const words = timeLeft(Math.max(0, end - now) / 1000);
  return words === m.job.left.nearly && progress < nearly ? m.job.left.moments : words;
}

const nearly = 0.75;

/** Rounded so that it does not flicker: nobody needs to know whether it is 13 or 14 seconds. */
export function timeLeft(seconds: number | null): string | null {
  if (seconds === null || !Number.isFinite(seconds)) return null;
  if (seconds < 3) return m.job.left.nearly;
  if (seconds < 10) return m.job.left.seconds(Math.ceil(seconds));
  if (seconds < 50) return m.job.left.seconds(Math.ceil(seconds / 5) * 5);
  if (seconds < 90) return m.job.left.minute;
  return m.job.left.minutes(Math.round(seconds / 60));
}

/** What is left of a batch, from how long its finished part took, or null while nothing is finished. Seconds. */
export function batchSecondsLeft(finished: number, left: number, elapsed: number): number | null {
  return finished > 0 ? (elapsed / finished) * left : null;
}

export type Standing = "new" | "queued" | "running" | "restored" | "unchanged" | "left" | "failed" | "canceled";

/**
 * How a photo stands as a whole; `left` is one with damage that no change bettered. An older result stays when a later run was stopped, failed or bettered nothing. The job,
 * where it is at hand, is fresher than what the photo says of it: a result is only shown once the photo has it.
 */
export function standing(photo: Photo, job: Job | null = null): Standing {
  const status = job?.status ?? photo.latest_job?.status;
  const due = status === "succeeded" ? job?.result?.rendition_id : null;
  if (due && !photo.results.some((result) => result.id === due)) return "running";
  if (status === "queued" || status === "running") return status;
  if (photo.results.length > 0) return "restored";
  if (status === "succeeded") return photo.diagnosis?.needs_work ? "left" : "unchanged";
  return status ?? "new";
}

const mendings: readonly string[] = ["restore", "colorize", "restore_colorize"];

/** In few words, for the gallery. `progress` (0..1) may be older than the photo, so it never decides how the photo stands. */
export function standingText(photo: Photo, progress: number): string {
  const state = standing(photo);
  const percent = Math.round(progress * 100);
  // What is being done to a photo that has a result already may be anything.
  if (state === "running") return photo.results.length > 0 ? m.making.working(percent) : m.gallery.state.running(percent);
  const made = bestOf(photo)?.operation;
  if (state === "restored" && made !== undefined && !mendings.includes(made)) return m.making.ready;
  return m.gallery.state[state];
}
