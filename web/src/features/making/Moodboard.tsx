/** One of one's own photos whose mood the result shall have: light and colours, nothing of what it shows. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { getPhoto } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { position } from "../gallery/arrange.ts";
import { usePhotos } from "../gallery/usePhotos.ts";

export interface WithMood {
  /** The wish, without a mood that is no longer to be had. */
  wish: Wish;
  /** Every photo that goes into it: the one whose mood is taken comes last. */
  involved: readonly Photo[];
}

/** A wish together with the photo whose mood it takes; that may have been deleted since it was wished for last. */
export function useMood(wish: Wish, photos: readonly Photo[]): WithMood {
  const id = wish.operation === "enhance" ? wish.options.moodboard_id : null;
  const { data, isError } = useQuery({
    queryKey: keys.photo(id ?? ""),
    queryFn: () => getPhoto(id ?? ""),
    enabled: id !== null,
    retry: false,
  });
  if (isError) return { wish: { ...wish, options: { ...wish.options, moodboard_id: null } }, involved: photos };
  return { wish, involved: id && data ? [...photos, data] : photos };
}

interface TileProps {
  photo: Photo;
  group: string;
  on: boolean;
  onChoose: () => void;
}

function Tile({ photo, group, on, onChoose }: TileProps) {
  return (
    <label className="relative block rounded-lg has-checked:ring-3 has-checked:ring-ink has-focus-visible:outline-3 has-focus-visible:outline-offset-4 has-focus-visible:outline-ember">
      <input
        type="radio"
        name={group}
        aria-label={photo.filename}
        className="absolute inset-0 z-10 size-full cursor-pointer appearance-none opacity-0"
        checked={on}
        onChange={onChoose}
      />
      <img
        src={stableUrl(photo.thumbnail_url)}
        alt=""
        loading="lazy"
        title={photo.filename}
        className="aspect-square w-full rounded-lg bg-mat object-cover"
        style={{ objectPosition: position(photo.focus, photo.width / photo.height) }}
      />
    </label>
  );
}

interface Props {
  /** What is worked on: no photo is its own pattern. */
  photo: Photo;
  value: string | null;
  onChange: (moodboard: string | null) => void;
}

export function Moodboard({ photo, value, onChange }: Props) {
  const name = useId();
  const [open, setOpen] = useState(value !== null);
  const all = usePhotos();
  const others = all.photos.filter((one) => one.id !== photo.id);
  if (others.length === 0) return null;
  const close = () => {
    setOpen(false);
    onChange(null);
  };
  return (
    <fieldset>
      <legend className="text-sm font-semibold">{m.mood.title}</legend>
      <p className="mt-0.5 text-sm text-soft">{m.mood.hint}</p>
      {open ? (
        <>
          <div className="-mx-1 mt-1 grid max-h-52 grid-cols-4 gap-2.5 overflow-y-auto p-1.5 sm:grid-cols-5">
            {others.map((one) => (
              <Tile key={one.id} photo={one} group={name} on={one.id === value} onChoose={() => onChange(one.id)} />
            ))}
          </div>
          <div className="flex flex-wrap items-center gap-x-3">
            <Button look="quiet" icon="cross" className="-ml-4 text-sm" onClick={close}>
              {m.mood.none}
            </Button>
            {all.hasNextPage && (
              <Button look="quiet" icon="down" className="text-sm" disabled={all.isFetchingNextPage} onClick={() => void all.fetchNextPage()}>
                {m.mood.more}
              </Button>
            )}
          </div>
        </>
      ) : (
        <Button icon="photo" className="mt-2" onClick={() => setOpen(true)}>
          {m.mood.choose}
        </Button>
      )}
    </fieldset>
  );
}
