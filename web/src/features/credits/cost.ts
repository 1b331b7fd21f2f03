/** What a press on a button costs, as it is shown before the press. */
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { submitJob, type Submission } from "../../api/client.ts";
import { getCredits, getPrices } from "../../api/money.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Credits, Job, Operation, Price, Prices } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { useUser } from "../account/me.ts";
import { costOf, type Cost } from "./price.ts";

const fresh = 5 * 60_000;
const whileHeld = 4_000;

type Quality = Wish["options"]["quality"];

const priceOf = (prices: Prices | undefined, operation: Operation, quality: Quality): Price | null => {
  if (!prices || prices.unlimited) return null;
  return prices.items.find((one) => one.operation === operation && one.quality === quality) ?? null;
};

/**
 * Asks for a job at the price that was shown for it, and for no more than that. When the price has changed meanwhile, the new
 * one is shown, and it takes another press.
 */
export async function submitAsShown(
  client: QueryClient,
  photoId: string,
  wish: Wish,
  more: Pick<Submission, "key" | "photo_ids"> = {},
): Promise<Job> {
  const max_price = priceOf(client.getQueryData<Prices>(keys.prices), wish.operation, wish.options.quality)?.most;
  try {
    return await submitJob(photoId, wish, { ...more, max_price });
  } catch (error) {
    if (asProblem(error).code === "price_changed") void client.invalidateQueries({ queryKey: keys.prices });
    throw error;
  }
}

/** The credits of a user; null where there are none to count. */
export function useCredits(): Credits | null {
  const user = useUser();
  const { data } = useQuery({
    queryKey: keys.credits,
    queryFn: getCredits,
    enabled: user !== null,
    // What is set aside for a job is settled without a word when the job ends.
    refetchInterval: (query) => (query.state.data?.held ? whileHeld : false),
  });
  return user && data && !data.unlimited ? data : null;
}

function usePrices(): Prices | undefined {
  const user = useUser();
  const { data } = useQuery({ queryKey: keys.prices, queryFn: getPrices, enabled: user !== null, staleTime: fresh });
  return user ? data : undefined;
}

export function useCost(operation: Operation, quality: Quality = "standard"): Cost | null {
  const prices = usePrices();
  const have = useCredits();
  return costOf(priceOf(prices, operation, quality), have?.available ?? null);
}

/** Whether the finer quality of an operation has a price of its own here. */
export const useFiner = (operation: Operation): boolean => priceOf(usePrices(), operation, "hd") !== null;
