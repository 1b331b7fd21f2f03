/** A price in words. Values in, values out. */
import type { Price } from "../../api/types.ts";
import { credits } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";

export interface Cost {
  /** The most that is paid, in milli-credits. */
  most: number;
  words: string;
  /** Nothing is paid for a photo that needs nothing. */
  freeIfFine: boolean;
  /** What is there when it is not enough. */
  short: number | null;
}

/** Null for what costs nothing. `have` is null while it is not known. */
export function costOf(price: Price | null, have: number | null): Cost | null {
  if (price === null || price.most === 0) return null;
  const { F: fine, ...others } = price.by_class;
  const fixed = Object.values(others).every((one) => one === price.most);
  return {
    most: price.most,
    words: fixed ? credits(price.most) : m.spending.upTo(price.most),
    freeIfFine: fine === 0,
    short: have !== null && have < price.most ? have : null,
  };
}

export const priced = (label: string, cost: Cost | null): string =>
  cost === null ? label : m.spending.priced(label, cost.words);
