/** The photos on their way to the server: at most two at a time, each with its progress, in the order they came. */
import { asProblem, Problem } from "../../api/problem.ts";
import type { Photo } from "../../api/types.ts";
import type { Upload } from "../../api/upload.ts";

export interface Item {
  key: number;
  file: File;
  /** Shown until the server has made its own preview; some formats cannot be shown by the browser. */
  picture: string;
  /** Dropped alone: it is opened as soon as it has arrived. */
  solo: boolean;
  /** When it was dropped, in milliseconds: the same for all that were dropped together. */
  batch: number;
  /** Where in what was dropped. */
  place: number;
  state: "waiting" | "sending" | "starting" | "failed";
  progress: number;
  photoId: string | null;
  problem: Problem | null;
}

export interface Parts {
  send: (file: File, onProgress: (share: number) => void) => Upload;
  /** Says before sending why a file cannot be taken, or null. */
  refuse: (file: File) => Problem | null;
  /** Starts the restoration of a photo that has arrived, and ends when the gallery shows it. */
  start: (photo: Photo, item: Item) => Promise<void>;
  show: (file: File) => string;
  hide: (picture: string) => void;
}

const atOnce = 2;

export class UploadQueue {
  private items: readonly Item[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly running = new Map<number, Upload>();
  private readonly parts: Parts;
  private next = 1;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): readonly Item[] => this.items;

  add(files: readonly File[]): void {
    const solo = files.length === 1 && !this.items.some((item) => item.state !== "failed");
    const batch = Date.now();
    const added = files.map((file, place): Item => {
      const problem = this.parts.refuse(file);
      const state = problem ? "failed" : "waiting";
      const picture = this.parts.show(file);
      return { key: this.next++, file, picture, solo, batch, place, state, progress: 0, photoId: null, problem };
    });
    this.set([...this.items, ...added]);
    this.pump();
  }

  retry(key: number): void {
    this.change(key, { state: "waiting", progress: 0, problem: null });
    this.pump();
  }

  remove(key: number): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
    const gone = this.items.find((item) => item.key === key);
    if (gone) this.parts.hide(gone.picture);
    this.set(this.items.filter((item) => item.key !== key));
    this.pump();
  }

  private pump(): void {
    for (const item of this.items) {
      if (this.running.size >= atOnce) return;
      if (item.state === "waiting" && !this.running.has(item.key)) void this.run(item);
    }
  }

  private async run(item: Item): Promise<void> {
    const upload = this.parts.send(item.file, (progress) => this.change(item.key, { progress }));
    this.running.set(item.key, upload);
    this.change(item.key, { state: "sending" });
    try {
      const photo = await upload.done;
      this.change(item.key, { state: "starting", progress: 1, photoId: photo.id });
      await this.parts.start(photo, item);
      this.remove(item.key);
    } catch (error) {
      if (!(error instanceof DOMException)) this.change(item.key, { state: "failed", problem: asProblem(error) });
    } finally {
      this.running.delete(item.key);
      this.pump();
    }
  }

  private change(key: number, change: Partial<Item>): void {
    this.set(this.items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  private set(items: readonly Item[]): void {
    this.items = items;
    for (const listener of this.listeners) listener();
  }
}
