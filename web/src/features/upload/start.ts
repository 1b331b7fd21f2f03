/** Ties the upload queue to the rest of the page: what a dropped photo sets going. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keepPhoto } from "../../api/client.ts";
import { asProblem, Problem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Capabilities, Job, Photo } from "../../api/types.ts";
import { type Upload, upload } from "../../api/upload.ts";
import { automatic } from "../../api/wish.ts";
import { address, navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { comeIn, mustSignIn, onEntered } from "../account/me.ts";
import { submitAsShown } from "../credits/cost.ts";
import { keepsAdded } from "../providers/added.ts";
import { arrivals } from "./arrivals.ts";
import { type Item, UploadQueue } from "./queue.ts";
import { refusals } from "./refusals.ts";

let client: QueryClient | null = null;
export const connect = (connected: QueryClient): void => {
  client = connected;
  window.addEventListener("beforeunload", askBeforeLeaving);
  onEntered(addHeld);
  void goOn();
};

/** The key makes it one job, however often it is asked for. */
async function begin(photoId: string): Promise<Job> {
  if (!client) throw new Error("not connected");
  // Before anything is done to it, so that it never leaves.
  if (keepsAdded()) await keepPhoto(photoId, true);
  return submitAsShown(client, photoId, automatic, { key: `start-${photoId}` });
}

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
  const job = await begin(photo.id).catch((error: unknown) => {
    refusals.add(photo.id, asProblem(error));
    return null;
  });
  arrivals.started(photo.id);
  client?.setQueryData(keys.photo(photo.id), {
    ...photo,
    local_only: photo.local_only || keepsAdded(),
    latest_job: job ? { id: job.id, status: job.status } : photo.latest_job,
  });
  if (job) client?.setQueryData(keys.job(job.id), job);
  if (item.solo && address() === paths.home) navigate(paths.photo(photo.id));
  void client?.invalidateQueries({ queryKey: keys.credits });
  void client?.invalidateQueries({ queryKey: keys.today });
  await client?.invalidateQueries({ queryKey: keys.photos });
}

/** A visitor becomes a guest with the first photo, so that it belongs to somebody from the start. */
function send(file: File, onProgress: (share: number) => void): Upload {
  const stop = new AbortController();
  const done = (client ? comeIn(client) : Promise.resolve()).then(() => {
    stop.signal.throwIfAborted();
    const offered = client?.getQueryData<Capabilities>(keys.capabilities)?.direct_uploads ?? false;
    const running = upload(file, onProgress, offered);
    stop.signal.addEventListener("abort", running.abort);
    return running.done;
  });
  return { done, abort: () => stop.abort() };
}

export const uploads = new UploadQueue({
  send,
  refuse,
  start,
  show: (file) => URL.createObjectURL(file),
  hide: (picture) => URL.revokeObjectURL(picture),
});

export const useUploads = (): readonly Item[] => useSyncExternalStore(uploads.subscribe, uploads.snapshot);

let held: readonly File[] = [];

/** Photos that were dropped by somebody who had to sign in first. */
function addHeld(): void {
  const files = held;
  held = [];
  addPhotos(files);
}

/** How many photos wait until somebody has signed in. */
export const heldCount = (): number => held.length;

/** Adds photos from anywhere in the page, and goes to where they can be seen. */
export function addPhotos(files: readonly File[]): void {
  if (files.length === 0) return;
  if (client && mustSignIn(client)) {
    held = files;
    return navigate(paths.signIn);
  }
  navigate(paths.home);
  uploads.add(files);
}
