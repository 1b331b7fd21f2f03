/** Tells the page when the server no longer knows who is asking: a session ends, or was ended elsewhere. */
import type { Problem } from "./problem.ts";

const listeners = new Set<() => void>();

export const session = {
  check(problem: Problem): void {
    if (problem.code !== "not_logged_in") return;
    for (const listener of listeners) listener();
  },
  onEnd(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
