/** Making something new of one photo or several: what it is, how, by whom, for how much, and one button. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Job, Photo } from "../../api/types.ts";
import { makingWishOf, photosFor, sendable } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { submitAsShown, useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { Refused } from "../credits/Refused.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { adopt } from "../job/adopt.ts";
import { Leaving } from "../providers/Leaving.tsx";
import { useFitting, useHeard } from "../providers/useOffers.ts";
import { MakingForm } from "./MakingForm.tsx";
import { icons, type Making } from "./makings.ts";
import { useMood } from "./Moodboard.tsx";

interface Props {
  making: Making;
  /** The first one leads. */
  photos: readonly Photo[];
  /** How it was made before, if it was. */
  last?: Job | null;
  onClose: () => void;
  onStarted?: (job: Job) => void;
}

/** The photos in their order, where there are several. */
function Photos({ photos }: { photos: readonly Photo[] }) {
  return (
    <div className="mb-6">
      <h3 className="text-sm font-semibold">{m.making.others}</h3>
      <ul className="mt-2 flex flex-wrap gap-2">
        {photos.map((photo, index) => (
          <li key={photo.id} className="relative">
            <img
              src={stableUrl(photo.thumbnail_url)}
              alt={m.making.fromOne(index + 1, photo.filename)}
              className="size-16 rounded-lg bg-mat object-cover"
            />
          </li>
        ))}
      </ul>
      <p className="mt-1.5 text-sm text-soft">{m.making.othersHint}</p>
    </div>
  );
}

export function MakingDialog({ making, photos, last = null, onClose, onStarted }: Props) {
  const client = useQueryClient();
  const note = useCapabilities().data?.operation_notes[making];
  const [wanted, setWish] = useState(() => makingWishOf(making, last));
  const [asked, setAsked] = useState(false);
  const mood = useMood(wanted, photos);
  const involved = mood.involved;
  const wish = useFitting(mood.wish, involved);
  const heard = useHeard(wish, involved);
  const cost = useCost(making, wish.options.quality);
  const wordless = wish.options.enhancement === "custom" && wish.options.prompt.trim() === "";
  const run = useMutation({
    mutationFn: async () => {
      const [photo] = photos;
      if (!photo) throw new Error("no photo");
      const several = photosFor(making) > 1 ? { photo_ids: photos.map((one) => one.id) } : {};
      const job = await submitAsShown(client, photo.id, sendable(heard), several);
      adopt(client, photo.id, job);
      return job;
    },
    onSuccess: (job) => {
      onClose();
      onStarted?.(job);
    },
  });
  const start = () => {
    setAsked(true);
    if (!wordless) run.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={m.making.titles[making]}
      footer={
        <>
          <Leaving wish={wish} photos={involved} className="w-full max-sm:flex-none!" />
          <Button onClick={onClose} className="max-sm:hidden">
            {m.making.cancel}
          </Button>
          <Button look="strong" icon={icons[making]} disabled={run.isPending} onClick={start}>
            {run.isPending ? m.edit.sending : priced(m.making.run[making], cost)}
          </Button>
        </>
      }
    >
      {note && <p className="mb-6 text-[0.9375rem] text-soft">{note}</p>}
      {photos.length > 1 && <Photos photos={photos} />}
      <MakingForm
        wish={wish}
        photos={involved}
        error={asked && wordless ? m.prompt.missing : null}
        onChange={(part) => setWish({ ...wish, options: { ...wish.options, ...part } })}
      />
      <CostNote cost={cost && { ...cost, freeIfFine: false }} className="mt-4" />
      {run.isError && (
        <div className="mt-5">
          <Refused error={run.error} />
        </div>
      )}
    </Dialog>
  );
}
