/** What each entry changed, and what ends next. Values in, values out. */
import type { Credits, Entry } from "../../api/types.ts";

const taken: readonly Entry["kind"][] = ["hold", "expire", "adjust"];

/**
 * How much more or less can be spent since the entry before: entries come newest first, and the one before the last of a
 * page is not known yet unless it is the first of all.
 */
export function changeOf(entries: readonly Entry[], index: number): number {
  const entry = entries[index];
  if (!entry) return 0;
  const before = entries[index + 1];
  if (before) return entry.available - before.available;
  if (entry.seq <= 1) return entry.available;
  if (entry.kind === "capture") return 0;
  return taken.includes(entry.kind) ? -entry.amount : entry.amount;
}

/** What is lost next unless it is spent, and when; null when nothing ends. */
export function endingNext({ grants, next_expiry }: Credits): { amount: number; at: string } | null {
  if (next_expiry === null) return null;
  const ending = grants.filter((one) => one.expires_at === next_expiry);
  const amount = ending.reduce((sum, one) => sum + one.available, 0);
  return amount > 0 ? { amount, at: next_expiry } : null;
}
