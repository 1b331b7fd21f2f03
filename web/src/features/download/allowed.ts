/** How large a result goes out on a plan. Values in, values out. */
import type { Enlarge, Job } from "../../api/types.ts";

export interface Size {
  width: number;
  height: number;
}

/** The size that a download has when the plan allows `side` pixels on the shorter side; null allows any size. */
export function allowedSize({ width, height }: Size, side: number | null): Size {
  const shorter = Math.min(width, height);
  if (side === null || shorter <= side) return { width, height };
  const fit = (pixels: number) => Math.max(1, Math.round((pixels * side) / shorter));
  return { width: fit(width), height: fit(height) };
}

export const isReduced = ({ width, height }: Size, side: number | null): boolean => side !== null && Math.min(width, height) > side;

/** By how much a picture can be enlarged so that more comes out than by the step before. */
export function enlargesFor(size: Size | null, side: number | null): Enlarge[] {
  if (size === null || side === null) return [1, 2, 4];
  const shorter = Math.min(size.width, size.height);
  return ([1, 2, 4] as const).filter((factor) => factor === 1 || (shorter * factor) / 2 < side);
}

/** The size that a result would have without being enlarged. */
export function unlarged({ width, height }: Size, { options }: Pick<Job, "options">): Size {
  const factor = options.enlarge ?? 1;
  return { width: Math.round(width / factor), height: Math.round(height / factor) };
}
