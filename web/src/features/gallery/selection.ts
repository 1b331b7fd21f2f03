/** The photos that someone chooses in the gallery, in that order; null while nobody chooses. */
import { useSyncExternalStore } from "react";

export type Selection = readonly string[];

/** Chosen ones are left out again; beyond `most`, nothing is added. */
export function toggled(chosen: Selection, id: string, most: number): Selection {
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  return chosen.length < most ? [...chosen, id] : chosen;
}

let current: Selection | null = null;
const listeners = new Set<() => void>();

function set(next: Selection | null): void {
  current = next;
  for (const listener of listeners) listener();
}

export const selection = {
  start: (...ids: string[]) => set(ids),
  stop: () => set(null),
  toggle: (id: string, most: number) => set(toggled(current ?? [], id, most)),
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSelection = (): Selection | null => useSyncExternalStore(subscribe, () => current);
