/** Going to the payment page and coming back from it. */
import { useMutation } from "@tanstack/react-query";
import { checkout, openPortal } from "../../api/money.ts";
import type { Billing, Credits, Purchase } from "../../api/types.ts";

/** What is bought, and how many credits were there before. */
export interface Before {
  purchase: Purchase;
  available: number;
}

/** Whether what was paid for has come. `plan`: the one that somebody is on. */
export function arrived(before: Before, credits: Credits | undefined, billing: Billing | undefined, plan: string | undefined): boolean {
  const { purchase, available } = before;
  if ("top_up" in purchase) return credits !== undefined && credits.available > available;
  const paid = billing?.subscription;
  return paid?.plan === purchase.plan && paid.interval === purchase.interval && plan === purchase.plan;
}

/** The subscription that somebody has while it is another one than they asked for: a change of it may wait. */
export function unchangedYet(before: Before, billing: Billing | undefined): NonNullable<Billing["subscription"]> | null {
  const { purchase } = before;
  const paid = billing?.subscription;
  if (!paid || "top_up" in purchase) return null;
  return paid.plan === purchase.plan && paid.interval === purchase.interval ? null : paid;
}

const key = "rekindle.checkout";

export const checkoutBegan = (before: Before): void => {
  try {
    sessionStorage.setItem(key, JSON.stringify(before));
  } catch {
    // Storage may be switched off; then the page cannot tell what is new, and shows what there is.
  }
};

export function beforeCheckout(): Before | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return stored as Before | null;
  } catch {
    return null;
  }
}

export const checkoutOver = (): void => {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Then nothing was kept either.
  }
};

export function useCheckout(credits: Credits | null) {
  return useMutation({
    mutationFn: (purchase: Purchase) => checkout(purchase),
    onSuccess: ({ url }, purchase) => {
      checkoutBegan({ purchase, available: credits?.available ?? 0 });
      location.assign(url);
    },
  });
}

export const usePortal = () => useMutation({ mutationFn: openPortal, onSuccess: ({ url }) => location.assign(url) });
