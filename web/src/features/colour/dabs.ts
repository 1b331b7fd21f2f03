/** Dabs of colour as values: each says that here it was this colour, and how far that surely reaches. */
import type { Hint, Point } from "../../api/types.ts";

export type Dabs = readonly Hint[];

/** The server takes no more. */
export const most = 200;

export const steps = 20;
const smallest = 0.005;
const largest = 0.15;
const growth = (largest / smallest) ** (1 / steps);
export const usualStep = 11;

const within = (value: number): number => Math.min(1, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

export const radiusAt = (step: number): number => rounded(smallest * growth ** Math.min(steps, Math.max(0, step)));

export const stepOf = (radius: number): number =>
  Math.min(steps, Math.max(0, Math.round(Math.log(radius / smallest) / Math.log(growth))));

/** A dab in the picture; outside of it nothing is placed, and a full picture takes no more. */
export function place(dabs: Dabs, at: Point, color: string, radius: number): Dabs {
  if (at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1 || dabs.length >= most) return dabs;
  return [...dabs, { x: rounded(at.x), y: rounded(at.y), radius, color: color.toLowerCase() }];
}

export function change(dabs: Dabs, index: number, part: Partial<Hint>): Dabs {
  const dab = dabs[index];
  if (!dab) return dabs;
  const next = { ...dab, ...part };
  const same = (Object.keys(dab) as (keyof Hint)[]).every((key) => dab[key] === next[key]);
  return same ? dabs : dabs.map((one, at) => (at === index ? next : one));
}

/** Moved, but not out of the picture. */
export const move = (dabs: Dabs, index: number, to: Point): Dabs =>
  change(dabs, index, { x: rounded(within(to.x)), y: rounded(within(to.y)) });

export const remove = (dabs: Dabs, index: number): Dabs =>
  index in dabs ? dabs.filter((_, at) => at !== index) : dabs;

/** The middle colour of some pixels, four bytes each, as "#rrggbb". */
export function middleColour(bytes: ArrayLike<number>): string {
  const sums = [0, 0, 0];
  const count = bytes.length / 4;
  for (let index = 0; index < bytes.length; index++) {
    const channel = index % 4;
    if (channel < 3) sums[channel] = (sums[channel] ?? 0) + (bytes[index] ?? 0);
  }
  return `#${sums.map((sum) => Math.round(sum / Math.max(1, count)).toString(16).padStart(2, "0")).join("")}`;
}
