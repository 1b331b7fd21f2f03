/** What can be made of photos here, beside mending them. */
import type { Operation } from "../../api/types.ts";
import type { IconName } from "../../ui/icons.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";

export type Making = Extract<Operation, "restyle" | "enhance" | "animate" | "fuse" | "bring_together">;

export const makings: readonly Making[] = ["restyle", "enhance", "animate", "fuse", "bring_together"];

export const isMaking = (operation: Operation): operation is Making => (makings as readonly Operation[]).includes(operation);

export const icons: Readonly<Record<Making, IconName>> = {
  restyle: "palette",
  enhance: "wand",
  animate: "film",
  fuse: "layers",
  bring_together: "people",
};

/** The most photos that one picture is made of. */
export const mostPhotos = 12;

/** Those that are on offer. Where everything stays here, only those that can be done here. */
export function useMakings(stays: boolean): readonly Making[] {
  const offers = useCapabilities().data?.offers;
  return makings.filter((making) => offers?.[making]?.some((one) => !stays || !one.sends));
}
