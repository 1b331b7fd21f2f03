/** Sends a photo straight to the store of files, where the server offers that, and the server is spared its bytes. */
import { type Problem, asProblem } from "./problem.ts";
import type { OnProgress, Target } from "./transfer.ts";
import type { Photo } from "./types.ts";

export interface Leave extends Target {
  /** What the server is told once the photo has been sent. */
  upload: string;
}

export interface Ways {
  announce: (file: File) => Promise<Leave>;
  /** Whether the store took the file. */
  put: (file: File, leave: Leave, onProgress: OnProgress, stop: AbortSignal) => Promise<boolean>;
  done: (upload: string) => Promise<Photo>;
}

/** What makes the ordinary way worth trying: not that the photo was refused, but that this way leads nowhere. */
const noWay = ({ code }: Problem): boolean =>
  code === "no_direct_uploads" || code === "upload_not_there" || code === "upload_not_known";

/** A store that this browser cannot reach, or that has no rules for this site, is not tried with every photo again. */
export class DirectWay {
  private open = true;
  private readonly ways: Ways;

  constructor(ways: Ways) {
    this.ways = ways;
  }

  /** The photo, or null when it has to be sent the ordinary way. */
  async send(file: File, onProgress: OnProgress, stop: AbortSignal): Promise<Photo | null> {
    if (!this.open) return null;
    try {
      const leave = await this.ways.announce(file);
      stop.throwIfAborted();
      if (!(await this.ways.put(file, leave, onProgress, stop))) return this.close();
      return await this.ways.done(leave.upload);
    } catch (error) {
      if (!(error instanceof DOMException) && noWay(asProblem(error))) return this.close();
      throw error;
    }
  }

  private close(): null {
    this.open = false;
    return null;
  }
}
