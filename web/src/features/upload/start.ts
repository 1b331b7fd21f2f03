/** Ties the upload queue to the rest of the page: what a dropped photo sets going. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { submitJob } from "../../api/client.ts";
import { asProblem, Problem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Capabilities, Photo } from "../../api/types.ts";
import { upload } from "../../api/upload.ts";
import { automatic } from "../../api/wish.ts";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { arrivals } from "./arrivals.ts";
import { type Item, UploadQueue } from "./queue.ts";

let client: QueryClient | null = null;
export const connect = (connected: QueryClient): void => {
  client = connected;
  window.addEventListener("beforeunload", askBeforeLeaving);
  void goOn();
};

/** The key makes it one job, however often it is asked for. */
const begin = (photoId: string) => submitJob(photoId, automatic, `start-${photoId}`);

/** Photos that had arrived when the page was loaded again, but were not started yet. */
async function goOn(): Promise<void> {
  const waiting = arrivals.unstarted();
  if (waiting.length === 0) return;
  const refused = (error: unknown) => {
    if (asProblem(error).status === 0) throw error;
  };
  // What was refused will be refused again; what did not reach the server is tried at the next start of the page.
  await Promise.allSettled(waiting.map((id) => begin(id).catch(refused).then(() => arrivals.started(id))));
  await client?.invalidateQueries();
}

/** Photos that are still on their way would be lost with the page, so the browser asks first. */
function askBeforeLeaving(event: Event): void {
  if (uploads.snapshot().some((item) => item.state !== "failed")) event.preventDefault();
}

function refuse(file: File): Problem | null {
  const limit = client?.getQueryData<Capabilities>(keys.capabilities)?.max_bytes;
  if (file.size === 0) return new Problem(0, "empty_file", m.problem.title, m.upload.empty);
  if (limit && file.size > limit) {
    return new Problem(0, "too_large", m.problem.title, m.upload.tooLarge(Math.round(limit / 1e6)));
  }
  return null;
}

async function start(photo: Photo, item: Item): Promise<void> {
  // The photo is safe on the server by now: if the job cannot start, its page says so and offers to try again.
  arrivals.arrived(photo.id, item.batch, item.place);
  const job = await begin(photo.id).catch(() => null);
  arrivals.started(photo.id);
  client?.setQueryData(keys.photo(photo.id), {
    ...photo,
    latest_job: job ? { id: job.id, status: job.status } : photo.latest_job,
  });
  if (job) client?.setQueryData(keys.job(job.id), job);
  if (item.solo && location.pathname === paths.home) navigate(paths.photo(photo.id));
  await client?.invalidateQueries({ queryKey: keys.photos });
}

export const uploads = new UploadQueue({
  send: upload,
  refuse,
  start,
  show: (file) => URL.createObjectURL(file),
  hide: (picture) => URL.revokeObjectURL(picture),
});

export const useUploads = (): readonly Item[] => useSyncExternalStore(uploads.subscribe, uploads.snapshot);

/** Adds photos from anywhere in the page, and goes to where they can be seen. */
export function addPhotos(files: readonly File[]): void {
  if (files.length === 0) return;
  navigate(paths.home);
  uploads.add(files);
}
