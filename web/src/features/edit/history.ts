/** What can be undone and done again: a line of states with a place in it. Values in, values out. */
export interface History<T> {
  past: readonly T[];
  now: T;
  next: readonly T[];
}

export const begin = <T>(now: T): History<T> => ({ past: [], now, next: [] });

/** A new state; what had been undone is gone with it. A state that is the same is no new one. */
export const record = <T>(history: History<T>, now: T): History<T> =>
  now === history.now ? history : { past: [...history.past, history.now], now, next: [] };

/** The newest state changes without a step of its own: a slider that is still being dragged is one step, not thirty. */
export const amend = <T>(history: History<T>, now: T): History<T> => ({ ...history, now, next: [] });

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.length - 1;
  if (last < 0) return history;
  return { past: history.past.slice(0, last), now: history.past[last] as T, next: [history.now, ...history.next] };
}

export function redo<T>(history: History<T>): History<T> {
  if (history.next.length === 0) return history;
  return { past: [...history.past, history.now], now: history.next[0] as T, next: history.next.slice(1) };
}

export const canUndo = (history: History<unknown>): boolean => history.past.length > 0;
export const canRedo = (history: History<unknown>): boolean => history.next.length > 0;
