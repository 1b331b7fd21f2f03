/** What was painted, as values: strokes in shares of the picture, so that they fit a mask of any size. */
import type { Point } from "../../api/types.ts";

export type Mode = "add" | "erase";

export interface Stroke {
  mode: Mode;
  /** Half the width of the brush as a share of the longer side of the picture. */
  radius: number;
  /** Shares of width and height. One point is a dot. */
  points: readonly Point[];
}

/** One thing that was done to the mask; `clear` takes away everything that was marked until then. */
export type Act = Stroke | { mode: "clear" };

export interface Size {
  width: number;
  height: number;
}

const smallest = 0.0015;
const largest = 0.12;
/** Steps of the size slider: each makes the brush a quarter wider. */
export const steps = 20;
const growth = (largest / smallest) ** (1 / steps);
export const usualStep = 9;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export const radiusAt = (step: number): number => smallest * growth ** within(step, 0, steps);

export const stepBy = (step: number, by: number): number => within(step + by, 0, steps);

/** A point is worth keeping when it is a quarter of the brush away from the last one. */
const spacing = 0.25;

/** The distance of two points as a share of the longer side. */
export function distance(a: Point, b: Point, aspect: number): number {
  const [across, down] = aspect >= 1 ? [1, 1 / aspect] : [aspect, 1];
  return Math.hypot((a.x - b.x) * across, (a.y - b.y) * down);
}

/** The new points that the stroke needs: a slow hand sends hundreds on one spot. */
export function worthKeeping(last: Point | undefined, points: readonly Point[], radius: number, aspect: number): Point[] {
  const kept: Point[] = [];
  let from = last;
  for (const point of points) {
    if (from && distance(from, point, aspect) < radius * spacing) continue;
    kept.push(point);
    from = point;
  }
  return kept;
}

/** How many acts of `shown` are the beginning of `wanted`; -1 when `shown` has one that is not in there. */
export function begins(shown: readonly Act[], wanted: readonly Act[]): number {
  if (shown.length > wanted.length) return -1;
  return shown.every((act, index) => act === wanted[index]) ? shown.length : -1;
}

/** The size of a mask: that of the picture, but no side longer than what the server keeps. */
export function maskSize(picture: Size, longest = 2048): Size {
  const shrink = Math.min(1, longest / Math.max(picture.width, picture.height));
  return {
    width: Math.max(1, Math.round(picture.width * shrink)),
    height: Math.max(1, Math.round(picture.height * shrink)),
  };
}
