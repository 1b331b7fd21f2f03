/**
 * What this window knows of the photos that it sent: in which order they were dropped, and which were not started yet.
 * It outlives a reload, not the window.
 */
export interface Arrival {
  id: string;
  /** When it was dropped, in milliseconds; the same for all that were dropped together. */
  batch: number;
  /** Where in what was dropped. */
  place: number;
  started: boolean;
}

const key = "rekindle.arrivals";
const most = 2_000;

function load(): Arrival[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? (stored as Arrival[]) : [];
  } catch {
    return [];
  }
}

let known = load();

function save(next: Arrival[]): void {
  known = next.slice(-most);
  try {
    sessionStorage.setItem(key, JSON.stringify(known));
  } catch {
    // Storage may be switched off; then a reload forgets the order, and nothing else.
  }
}

export const arrivals = {
  of: (id: string): Arrival | undefined => known.find((one) => one.id === id),
  all: (): ReadonlyMap<string, Arrival> => new Map(known.map((one) => [one.id, one])),
  unstarted: (): string[] => known.filter((one) => !one.started).map((one) => one.id),
  arrived: (id: string, batch: number, place: number): void =>
    save([...known.filter((one) => one.id !== id), { id, batch, place, started: false }]),
  started: (id: string): void => save(known.map((one) => (one.id === id ? { ...one, started: true } : one))),
};
