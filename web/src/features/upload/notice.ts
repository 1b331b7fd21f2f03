/** One short sentence about the last drop, such as how many files were left out. */
import { useSyncExternalStore } from "react";

let current: string | null = null;
const listeners = new Set<() => void>();

export const notice = {
  set(text: string | null): void {
    current = text;
    for (const listener of listeners) listener();
  },
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useNotice = (): string | null => useSyncExternalStore(subscribe, () => current);
