/** Sends one photo as it is: to the store where the server offers that, else to the server. */
import { announceUpload, finishUpload, uploadAddress } from "./client.ts";
import { DirectWay } from "./direct.ts";
import { patiently, waitOf } from "./patience.ts";
import { problemFrom, unreachable } from "./problem.ts";
import { reach } from "./reach.ts";
import { session } from "./session.ts";
import { type OnProgress, transfer } from "./transfer.ts";
import type { Photo } from "./types.ts";

export interface Upload {
  done: Promise<Photo>;
  abort: () => void;
}

const typeOf = (file: File): string => (file.type.startsWith("image/") ? file.type : "application/octet-stream");

const direct = new DirectWay({
  announce: (file) => announceUpload({ filename: file.name, bytes: file.size, media_type: typeOf(file) }),
  put: async (file, leave, onProgress, stop) => {
    const answer = await transfer(file, leave, onProgress, stop);
    return answer !== null && answer.status >= 200 && answer.status < 300;
  },
  done: finishUpload,
});

async function send(file: File, onProgress: OnProgress, stop: AbortSignal): Promise<XMLHttpRequest> {
  const headers = {
    Accept: "application/json",
    "Content-Type": typeOf(file),
    "X-Filename": encodeURIComponent(file.name),
  };
  const answer = await transfer(file, { method: "POST", url: uploadAddress, headers }, onProgress, stop);
  if (answer) return answer;
  reach.lost();
  throw unreachable();
}

async function photoOf(asking: Promise<XMLHttpRequest>): Promise<Photo> {
  const { status, responseText } = await asking;
  const body = parse(responseText);
  if (status >= 200 && status < 300 && body) return body as Photo;
  const problem = problemFrom(status, body);
  session.check(problem);
  throw problem;
}

/** `toStore`: whether the server offers that photos go to its store. */
export function upload(file: File, onProgress: OnProgress, toStore: boolean): Upload {
  const stop = new AbortController();
  const ordinarily = () =>
    photoOf(
      patiently(
        () => send(file, onProgress, stop.signal),
        (answer) => waitOf(answer.status, answer.getResponseHeader("Retry-After")),
      ),
    );
  const straight = toStore ? direct.send(file, onProgress, stop.signal) : Promise.resolve(null);
  return { done: straight.then((photo) => photo ?? ordinarily()), abort: () => stop.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
