/** Who can do what, and to whom a photo goes. Values in, values out. */
import type { JobOptions, Offer } from "../../api/types.ts";

/** Somebody who can do an operation, with every model of theirs that can. */
export interface Doer {
  provider: string;
  title: string;
  sends: boolean;
  models: readonly Offer[];
}

/** This machine first, the others as the server names them. Where a photo stays, only those that do not send it. */
export function doersOf(offers: readonly Offer[], stays = false): Doer[] {
  const found = new Map<string, Doer>();
  for (const offer of offers) {
    if (stays && offer.sends) continue;
    const { provider, title, sends } = offer;
    const old = found.get(provider);
    found.set(provider, { provider, title, sends: sends || (old?.sends ?? false), models: [...(old?.models ?? []), offer] });
  }
  return [...found.values()].sort((a, b) => Number(a.sends) - Number(b.sends));
}

/** The titles of those to whom a photo may go for such a wish; none when it stays. */
export function goesTo(
  offers: readonly Offer[],
  { provider, local_only }: Pick<JobOptions, "provider" | "local_only">,
  stays = false,
): string[] {
  if (stays || local_only) return [];
  const asked = doersOf(offers).filter((one) => one.sends && (!provider || one.provider === provider));
  return asked.map((one) => one.title);
}

/** The lowest and the highest of what is known of prices; null for both when nobody knows one. */
export function costRange(models: readonly Offer[]): { low: number | null; high: number | null } {
  const known = models.map((one) => one.cost).filter((cost) => cost !== null);
  return known.length === 0 ? { low: null, high: null } : { low: Math.min(...known), high: Math.max(...known) };
}

export const usualSeconds = (models: readonly Offer[]): number => Math.min(...models.map((one) => one.seconds));

/** A choice that is no longer to be had is none: an older version may have been made by somebody who is gone. */
export function stillThere(
  offers: readonly Offer[],
  { provider, model }: Pick<Required<JobOptions>, "provider" | "model">,
  stays = false,
): Pick<Required<JobOptions>, "provider" | "model"> {
  const doer = doersOf(offers, stays).find((one) => one.provider === provider);
  if (!doer) return { provider: null, model: null };
  return { provider, model: doer.models.some((one) => one.model === model) ? model : null };
}
