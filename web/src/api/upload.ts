/** Sends one photo as it is, with progress, which `fetch` cannot report. */
import { uploadAddress } from "./client.ts";
import { problemFrom, unreachable } from "./problem.ts";
import { reach } from "./reach.ts";
import type { Photo } from "./types.ts";

export interface Upload {
  done: Promise<Photo>;
  abort: () => void;
}

export function upload(file: File, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Photo>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const body: unknown = parse(request.responseText);
      if (request.status >= 200 && request.status < 300 && body) resolve(body as Photo);
      else reject(problemFrom(request.status, body));
    };
    request.onerror = () => {
      reach.lost();
      reject(unreachable());
    };
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
  });
  request.open("POST", uploadAddress);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Content-Type", file.type.startsWith("image/") ? file.type : "application/octet-stream");
  request.setRequestHeader("X-Filename", encodeURIComponent(file.name));
  request.send(file);
  return { done, abort: () => request.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
