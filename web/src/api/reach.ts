/** Whether the server answers: every call reports here, and the page says so when none comes through. */
import { useSyncExternalStore } from "react";

let reached = true;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (reached === next) return;
  reached = next;
  for (const listener of listeners) listener();
}

export const reach = { found: () => set(true), lost: () => set(false) };

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useReached = (): boolean => useSyncExternalStore(subscribe, () => reached);
