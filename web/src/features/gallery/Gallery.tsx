/** All photos as tiles: the newest first, and what was dropped together in the order in which it was dropped. */
import { useState } from "react";
import { mode } from "../../api/mode.ts";
import type { Photo } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { Refused } from "../credits/Refused.tsx";
import { Idle } from "../job/Idle.tsx";
import { batchSecondsLeft, timeLeft } from "../job/progress.ts";
import { arrivals } from "../upload/arrivals.ts";
import { mostPhotos } from "../making/makings.ts";
import { useSenders } from "../providers/useOffers.ts";
import { DropStrip } from "../upload/DropStrip.tsx";
import type { Item } from "../upload/queue.ts";
import { useRefusals } from "../upload/refusals.ts";
import { UploadTile } from "../upload/UploadTile.tsx";
import { arrange } from "./arrange.ts";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { PhotoTile } from "./PhotoTile.tsx";
import { SelectBar, useSeveral } from "./SelectBar.tsx";
import { selection, useSelection } from "./selection.ts";
import { SelectTile } from "./SelectTile.tsx";
import { useCapabilities, type usePhotos } from "./usePhotos.ts";

interface Props {
  list: ReturnType<typeof usePhotos>;
  uploads: readonly Item[];
}

/** Everything that was at work since the page was last at rest, and when that began. */
interface Batch {
  ids: ReadonlySet<string>;
  since: number;
}

/** Photos that are here and were not started, because of credits or limits: said once for all of them. */
function NotBegun({ photos }: { photos: readonly Photo[] }) {
  const refusals = useRefusals();
  const problems = photos.filter((photo) => photo.latest_job === null).flatMap((photo) => refusals.get(photo.id) ?? []);
  const [first] = problems;
  if (!first) return null;
  return (
    <div className="mb-6">
      <Refused error={first} title={m.spending.notBegun(problems.length)} asked={false} />
    </div>
  );
}

/** How far a batch is: shown from the second photo at work on. */
function BatchLine({ working, total, since }: { working: number; total: number; since: number }) {
  if (total < 2 || working === 0) return null;
  const done = total - working;
  return (
    <div className="mb-5 max-w-md">
      <div className="mb-2 flex justify-between gap-4 text-[0.9375rem]">
        <p aria-live="polite" className="font-medium">
          {m.gallery.batch(total, working)}
        </p>
        <p className="text-soft">{timeLeft(batchSecondsLeft(done, working, (Date.now() - since) / 1000))}</p>
      </div>
      <ProgressBar share={done / total} label={m.gallery.batch(total, working)} />
    </div>
  );
}

export function Gallery({ list, uploads }: Props) {
  const { photos, atWork, progress } = list;
  const hours = useCapabilities().data?.retention.hours ?? null;
  const senders = useSenders();
  const several = useSeveral();
  const chosen = useSelection();
  const [leaving, setLeaving] = useState<Photo | null>(null);
  const [batch, setBatch] = useState<Batch>(() => ({ ids: new Set(), since: Date.now() }));
  const known = new Set(photos.map((photo) => photo.id));
  const coming = uploads.filter((item) => !item.photoId || !known.has(item.photoId));
  const working = atWork.length + coming.length;

  const fresh = atWork.filter((photo) => !batch.ids.has(photo.id)).map((photo) => photo.id);
  if (fresh.length > 0) setBatch({ since: batch.ids.size > 0 ? batch.since : Date.now(), ids: new Set([...batch.ids, ...fresh]) });
  else if (working === 0 && batch.ids.size > 0) setBatch({ ...batch, ids: new Set() });
  const total = coming.length + photos.filter((photo) => batch.ids.has(photo.id)).length;

  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pt-6 pb-5 sm:pt-8">
        <div>
          <Heading className="text-2xl font-semibold sm:text-3xl">{m.gallery.title}</Heading>
          <p className="mt-1 text-sm text-soft">
            {/* Where photos may go is said where they are added. */}
            {(senders.length === 0 || mode.now() === "accounts") && m.app.privateLong[mode.now()]} {hours !== null && m.app.keptFor(hours)}
          </p>
        </div>
        {several.length > 0 && photos.length > 1 && chosen === null && (
          <Button icon="layers" onClick={() => selection.start()}>
            {m.select.start}
          </Button>
        )}
      </div>
      {chosen === null && <DropStrip />}
      <NotBegun photos={photos} />
      <Idle waiting={atWork.some((photo) => photo.latest_job?.status === "queued")} className="mb-6" />
      <BatchLine working={working} total={total} since={batch.since} />
      <ul className="mb-8 grid grid-cols-2 gap-x-4 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] sm:gap-x-6 sm:gap-y-8">
        {arrange(photos, coming, arrivals.all()).map((tile) =>
          "photo" in tile && chosen !== null ? (
            <SelectTile
              key={tile.photo.id}
              photo={tile.photo}
              place={chosen.indexOf(tile.photo.id) + 1}
              full={chosen.length >= mostPhotos}
              onToggle={() => selection.toggle(tile.photo.id, mostPhotos)}
            />
          ) : "item" in tile ? (
            <UploadTile key={tile.item.key} item={tile.item} />
          ) : (
            <PhotoTile
              key={tile.photo.id}
              photo={tile.photo}
              progress={progress.get(tile.photo.id) ?? 0}
              onDelete={() => setLeaving(tile.photo)}
            />
          ),
        )}
      </ul>
      {list.hasNextPage && (
        <Button className="mx-auto mt-10" onClick={() => void list.fetchNextPage()}>
          {m.gallery.more}
        </Button>
      )}
      {chosen !== null && <SelectBar chosen={chosen.flatMap((id) => photos.find((photo) => photo.id === id) ?? [])} />}
      <DeleteDialog photo={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}
