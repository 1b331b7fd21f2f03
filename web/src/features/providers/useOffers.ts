/** Who can do what on this server, and whether a photo stays on its machine. */
import { useQuery } from "@tanstack/react-query";
import { getPreferences } from "../../api/people.ts";
import { keys } from "../../api/queries.ts";
import type { JobOptions, Offer, Operation, Photo } from "../../api/types.ts";
import { isHeardHere, type Wish, wordless } from "../../api/wish.ts";
import { useMe } from "../account/me.ts";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { doersOf, goesTo, stillThere } from "./offers.ts";

export const useOffers = (operation: Operation): readonly Offer[] => useCapabilities().data?.offers[operation] ?? [];

function useAll(): readonly Offer[] {
  const offers = useCapabilities().data?.offers ?? {};
  return Object.values(offers).flat();
}

/** What people call everybody to whom photos may go; none where everything is done here. */
export const useSenders = (): readonly string[] => [...new Set(doersOf(useAll()).filter((one) => one.sends).map((one) => one.title))];

/** What people call each provider. */
export const useTitles = (): ReadonlyMap<string, string> => new Map(useAll().map(({ provider, title }) => [provider, title]));

/** Whether an account keeps everything here; false where there are none. */
export function useAccountStays(): boolean {
  const me = useMe().data;
  const { data } = useQuery({
    queryKey: keys.preferences,
    queryFn: getPreferences,
    enabled: me?.mode === "accounts" && me.user !== null && me.user.role !== "guest",
  });
  return data?.local_only ?? false;
}

export function useStays(photos: readonly Pick<Photo, "local_only">[]): boolean {
  const account = useAccountStays();
  return account || photos.some((photo) => photo.local_only);
}

/** To whom such a wish may send these photos. */
export function useGoesTo(
  operation: Operation,
  options: Pick<JobOptions, "provider" | "local_only">,
  photos: readonly Pick<Photo, "local_only">[],
): readonly string[] {
  return goesTo(useOffers(operation), options, useStays(photos));
}

/** A wish whose choice of who does it can still be had. While that is not known it stays: it may be this machine. */
export function useFitting(wish: Wish, photos: readonly Pick<Photo, "local_only">[]): Wish {
  const offers = useOffers(wish.operation);
  const stays = useStays(photos);
  if (offers.length === 0) return wish;
  return { ...wish, options: { ...wish.options, ...stillThere(offers, wish.options, stays) } };
}

/** Whether anybody who may do it reads the words of a wish. */
export function useReads(wish: Wish, photos: readonly Pick<Photo, "local_only">[]): boolean {
  const goesAway = useGoesTo(wish.operation, wish.options, photos).length > 0;
  return goesAway || isHeardHere(wish);
}

/** A wish as it is sent: words that nobody reads, and that are not shown either, are left out. */
export function useHeard(wish: Wish, photos: readonly Pick<Photo, "local_only">[]): Wish {
  const known = useOffers(wish.operation).length > 0;
  const read = useReads(wish, photos);
  return known && !read ? wordless(wish) : wish;
}
