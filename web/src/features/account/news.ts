/** One sentence about what has just happened to an account, until it is closed. It outlives a new start of the page if it must. */
import { useSyncExternalStore } from "react";
import { m } from "../../messages/index.ts";

const key = "rekindle.gone";
let current: string | null = null;
const listeners = new Set<() => void>();

export const news = {
  set(text: string | null): void {
    current = text;
    for (const listener of listeners) listener();
  },
  /** The page is about to start anew, after an account was deleted. */
  leaveGone(): void {
    try {
      sessionStorage.setItem(key, "1");
    } catch {
      // Storage may be switched off; then the page starts without a word.
    }
  },
};

/** The page has started: what was left for it is said once. */
export function takeNews(): void {
  try {
    if (sessionStorage.getItem(key) === null) return;
    sessionStorage.removeItem(key);
    news.set(m.people.gone);
  } catch {
    // Nothing was left.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useNews = (): string | null => useSyncExternalStore(subscribe, () => current);
