/**
 * The strokes of the last run, kept until the page is closed: who opens the mask of that run again can take back single
 * strokes of it, as if there had been no run in between.
 */
import type { Mask } from "../../api/types.ts";
import type { History } from "../edit/history.ts";
import type { Act } from "./strokes.ts";

export interface Painted {
  /** The mask that the strokes were painted on; null when there was none. */
  base: Mask | null;
  strokes: History<readonly Act[]>;
}

let last: (Painted & { mask: string }) | null = null;

export function rememberPainted(mask: string, painted: Painted): void {
  last = { mask, ...painted };
}

export const paintedOf = (mask: string | undefined): Painted | null => (last && last.mask === mask ? last : null);
