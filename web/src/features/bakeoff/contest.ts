/** Who can be compared, for how much, and where the pictures lie. Values in, values out. */
import type { Operation } from "../../api/types.ts";
import { credits } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import type { Size } from "../compare/view.ts";
import type { Cost } from "../credits/price.ts";
import type { Bakeoff, Candidate, Entry, Single } from "./calls.ts";

export const fewest = 2;
export const most = 6;

/** What is done to one photo. */
export const singles: readonly Single[] = ["restore", "colorize", "restore_colorize", "restyle", "enhance", "animate"];

export const isSingle = (operation: Operation): operation is Single => (singles as readonly Operation[]).includes(operation);

export const idOf = ({ provider, model }: Pick<Candidate, "provider" | "model">): string => `${provider} ${model}`;

/** This machine first, then what is cheapest; those that cannot be asked come last. */
export const inOrder = (candidates: readonly Candidate[]): Candidate[] =>
  [...candidates].sort(
    (a, b) =>
      Number(b.available) - Number(a.available) ||
      Number(a.sends) - Number(b.sends) ||
      (a.estimate ?? Number.POSITIVE_INFINITY) - (b.estimate ?? Number.POSITIVE_INFINITY),
  );

/** What all of them cost together; null where nothing is ever charged. */
export function priceOf(chosen: readonly Candidate[]): number | null {
  const prices = chosen.map((one) => one.price).filter((price) => price !== null);
  return prices.length === 0 ? null : prices.reduce((sum, price) => sum + price, 0);
}

export function costOf(chosen: readonly Candidate[], have: number | null, freeIfFine: boolean): Cost | null {
  const price = priceOf(chosen);
  if (!price) return null;
  return {
    most: price,
    words: freeIfFine ? m.spending.upTo(price) : credits(price),
    freeIfFine,
    short: have !== null && have < price ? have : null,
  };
}

type Named = Pick<Entry, "provider" | "provider_title" | "model">;

/** Who it is; empty while that is not told. `within` a sentence it is written small. */
export const nameOf = ({ provider, provider_title, model }: Named, within = false): string => {
  if (model === null) return "";
  if (provider === "embedded") return within ? m.bakeoff.hereWithin : m.bakeoff.here;
  return `${provider_title ?? provider}, ${model}`;
};

export const isEnded = (entry: Entry): boolean => entry.job.status !== "queued" && entry.job.status !== "running";

export const isDone = (bakeoff: Bakeoff): boolean => bakeoff.jobs.every(isEnded);

/** Rows and columns for so many pictures of one shape, as large as they can be. */
export function grid(room: Size, count: number, aspect: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: count, width: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(room.width / columns, (room.height / rows) * aspect);
    if (width > best.width + 0.5) best = { columns, rows, width };
  }
  return { columns: best.columns, rows: best.rows };
}
