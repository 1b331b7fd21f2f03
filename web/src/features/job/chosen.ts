/** The version that someone looks at, for each photo: going to the brush and back does not lose it. */
import { useSyncExternalStore } from "react";
import { newest } from "./shown.ts";

let versions: ReadonlyMap<string, string> = new Map();
const listeners = new Set<() => void>();

function set(next: ReadonlyMap<string, string>): void {
  versions = next;
  for (const listener of listeners) listener();
}

export const chosen = {
  choose: (photo: string, rendition: string) => set(new Map([...versions, [photo, rendition]])),
  /** The newest version is shown: what is made now. */
  newest: (photo: string) => set(new Map([...versions, [photo, newest]])),
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useChosen = (photo: string): string | null =>
  useSyncExternalStore(subscribe, () => versions.get(photo) ?? null);
