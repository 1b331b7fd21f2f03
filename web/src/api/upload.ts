/** Sends one photo as it is, with progress, which `fetch` cannot report. */
import { uploadAddress } from "./client.ts";
import { patiently, waitOf } from "./patience.ts";
import { problemFrom, unreachable } from "./problem.ts";
import { reach } from "./reach.ts";
import { session } from "./session.ts";
import type { Photo } from "./types.ts";

export interface Upload {
  done: Promise<Photo>;
  abort: () => void;
}

const stopped = () => new DOMException("stopped", "AbortError");

function send(file: File, onProgress: (share: number) => void, stop: AbortSignal): Promise<XMLHttpRequest> {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    if (stop.aborted) return reject(stopped());
    stop.addEventListener("abort", () => request.abort(), { once: true });
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => resolve(request);
    request.onerror = () => {
      reach.lost();
      reject(unreachable());
    };
    request.onabort = () => reject(stopped());
    request.open("POST", uploadAddress);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", file.type.startsWith("image/") ? file.type : "application/octet-stream");
    request.setRequestHeader("X-Filename", encodeURIComponent(file.name));
    request.send(file);
  });
}

async function photoOf(asking: Promise<XMLHttpRequest>): Promise<Photo> {
  const { status, responseText } = await asking;
  const body = parse(responseText);
  if (status >= 200 && status < 300 && body) return body as Photo;
  const problem = problemFrom(status, body);
  session.check(problem);
  throw problem;
}

export function upload(file: File, onProgress: (share: number) => void): Upload {
  const stop = new AbortController();
  const asking = patiently(
    () => send(file, onProgress, stop.signal),
    (answer) => waitOf(answer.status, answer.getResponseHeader("Retry-After")),
  );
  return { done: photoOf(asking), abort: () => stop.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
