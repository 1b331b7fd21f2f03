/** The way to have several do the same; only where there are two or more who could. */
import type { Photo } from "../../api/types.ts";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { useStays } from "../providers/useOffers.ts";
import { fewest, singles } from "./contest.ts";

export function CompareSeveral({ photo, className = "" }: { photo: Photo; className?: string }) {
  const offers = useCapabilities().data?.offers;
  const stays = useStays([photo]);
  const enough = singles.some((one) => (offers?.[one] ?? []).filter((each) => !stays || !each.sends).length >= fewest);
  if (!enough) return null;
  return (
    <button
      type="button"
      onClick={() => navigate(paths.bakeoff(photo.id))}
      className={`flex min-h-14 w-full items-center gap-3 rounded-xl border border-line bg-surface px-3 py-2.5 text-left hover:bg-sunken ${className}`}
    >
      <Icon name="columns" className="size-6 text-ember" />
      <span className="min-w-0 flex-1 leading-snug">
        <span className="block text-[0.9375rem] font-medium">{m.bakeoff.start}</span>
        <span className="block text-sm text-soft">{m.bakeoff.startHint}</span>
      </span>
      <Icon name="forward" className="size-4 text-soft" />
    </button>
  );
}
