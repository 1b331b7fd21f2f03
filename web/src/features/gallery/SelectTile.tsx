/** A photo to choose among others: a checkbox that looks like its tile, with its place among the chosen. */
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { position } from "./arrange.ts";

interface Props {
  photo: Photo;
  /** Its place among the chosen, from 1; 0 when it is not chosen. */
  place: number;
  full: boolean;
  onToggle: () => void;
}

export function SelectTile({ photo, place, full, onToggle }: Props) {
  return (
    <li className="min-w-0">
      <label className="relative block cursor-pointer rounded-xl has-checked:ring-3 has-checked:ring-ink has-focus-visible:outline-3 has-focus-visible:outline-offset-4 has-focus-visible:outline-ember has-disabled:cursor-default has-disabled:opacity-50">
        <input
          type="checkbox"
          className="absolute inset-0 z-10 size-full cursor-pointer appearance-none opacity-0"
          aria-label={m.select.choose(photo.filename)}
          checked={place > 0}
          disabled={full && place === 0}
          onChange={onToggle}
        />
        <img
          src={stableUrl(photo.thumbnail_url)}
          alt=""
          loading="lazy"
          decoding="async"
          style={{ objectPosition: position(photo.focus, photo.width / photo.height) }}
          className="aspect-square w-full rounded-xl bg-mat object-cover"
        />
        <span
          aria-hidden="true"
          className={`absolute top-2 right-2 grid size-8 place-items-center rounded-full border-2 text-sm font-semibold tabular-nums shadow-lift ${place > 0 ? "border-strong bg-strong text-on-strong" : "border-edge bg-surface text-transparent"}`}
        >
          {place || "0"}
        </span>
      </label>
      <p className="mt-1.5 truncate text-[0.9375rem] font-medium">{photo.filename}</p>
    </li>
  );
}
