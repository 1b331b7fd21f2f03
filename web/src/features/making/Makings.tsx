/** What else can be made of a photo: one tile each, which leads to how. */
import { useState } from "react";
import type { Job, Photo } from "../../api/types.ts";
import { photosFor } from "../../api/wish.ts";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { CompareSeveral } from "../bakeoff/CompareSeveral.tsx";
import { selection } from "../gallery/selection.ts";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { useStays } from "../providers/useOffers.ts";
import { MakingDialog } from "./MakingDialog.tsx";
import { icons, type Making, useMakings } from "./makings.ts";

interface Props {
  photo: Photo;
  /** The job whose result is shown, so that it can be done again, differently. */
  last?: Job | null;
  className?: string;
}

export function Makings({ photo, last = null, className = "" }: Props) {
  const [making, setMaking] = useState<Making | null>(null);
  const notes = useCapabilities().data?.operation_notes;
  const offered = useMakings(useStays([photo]));
  if (offered.length === 0) return null;
  const choose = (one: Making) => {
    if (photosFor(one) === 1) return setMaking(one);
    // The others are chosen where all photos are.
    selection.start(photo.id);
    navigate(paths.home);
  };
  return (
    <section aria-labelledby="makings" className={className}>
      <h2 id="makings" className="text-sm font-semibold wrap-anywhere">
        {last && last.photo_ids.length > 1 ? m.making.moreOf(photo.filename) : m.making.more}
      </h2>
      <ul className="mt-2 grid gap-1.5">
        {offered.map((one) => (
          <li key={one}>
            <button
              type="button"
              aria-haspopup={photosFor(one) === 1 ? "dialog" : undefined}
              onClick={() => choose(one)}
              className="flex min-h-14 w-full items-center gap-3 rounded-xl border border-line bg-surface px-3 py-2.5 text-left hover:bg-sunken"
            >
              <Icon name={icons[one]} className="size-6 text-ember" />
              <span className="min-w-0 flex-1 leading-snug">
                <span className="block text-[0.9375rem] font-medium">{m.options.operations[one]}</span>
                <span className="block text-sm text-soft">{notes?.[one]}</span>
              </span>
              <Icon name="forward" className="size-4 text-soft" />
            </button>
          </li>
        ))}
      </ul>
      <CompareSeveral photo={photo} className="mt-1.5" />
      {making && <MakingDialog making={making} photos={[photo]} last={last} onClose={() => setMaking(null)} />}
    </section>
  );
}
