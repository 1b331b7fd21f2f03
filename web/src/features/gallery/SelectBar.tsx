/** What can be made of the chosen photos; stays in reach while one chooses. */
import { useState } from "react";
import type { Photo } from "../../api/types.ts";
import { photosFor } from "../../api/wish.ts";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { MakingDialog } from "../making/MakingDialog.tsx";
import { icons, type Making, mostPhotos, useMakings } from "../making/makings.ts";
import { useStays } from "../providers/useOffers.ts";
import { selection } from "./selection.ts";

/** Whether several photos can be made into one here. */
export const useSeveral = (photos: readonly Photo[] = []): readonly Making[] =>
  useMakings(useStays(photos)).filter((one) => photosFor(one) > 1);

export function SelectBar({ chosen }: { chosen: readonly Photo[] }) {
  const [making, setMaking] = useState<Making | null>(null);
  const offered = useSeveral(chosen);
  return (
    <div className="sticky bottom-0 z-10 -mx-4 mt-auto -mb-10 border-t border-line bg-page px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:-mx-6 sm:px-6 lg:-mx-10 lg:px-10">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <p role="status" className="font-medium">
            {m.select.title(chosen.length)}
          </p>
          <p className="text-sm text-soft">{chosen.length >= mostPhotos ? m.select.full(mostPhotos) : m.select.hint}</p>
        </div>
        <IconButton icon="cross" label={m.select.stop} onClick={selection.stop} className="sm:order-last" />
        <div className="flex gap-2 max-sm:w-full max-sm:[&>*]:flex-1 max-sm:[&>*]:px-2">
          {offered.map((one) => (
            <Button
              key={one}
              icon={icons[one]}
              disabled={chosen.length < photosFor(one) || chosen.length > mostPhotos}
              onClick={() => setMaking(one)}
            >
              {m.options.operations[one]}
            </Button>
          ))}
        </div>
      </div>
      {making && (
        <MakingDialog
          making={making}
          photos={chosen}
          onClose={() => setMaking(null)}
          onStarted={(job) => {
            selection.stop();
            navigate(paths.photo(job.photo_id));
          }}
        />
      )}
    </div>
  );
}
