/** Why a photo that has arrived was not started, until somebody tries again: too few credits, or enough for today. */
import { useSyncExternalStore } from "react";
import type { Problem } from "../../api/problem.ts";

let current: ReadonlyMap<string, Problem> = new Map();
const listeners = new Set<() => void>();

export const refusals = {
  add(photoId: string, problem: Problem): void {
    current = new Map([...current, [photoId, problem]]);
    for (const listener of listeners) listener();
  },
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useRefusals = (): ReadonlyMap<string, Problem> => useSyncExternalStore(subscribe, () => current);

export const useRefusal = (photoId: string): Problem | null =>
  useSyncExternalStore(subscribe, () => current.get(photoId) ?? null);
