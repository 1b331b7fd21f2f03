/** One photo in the gallery. The picture leads to its page; a restored one can be downloaded from here. */
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { quickDownload } from "../download/choice.ts";
import { standing, standingText } from "../job/progress.ts";
import { bestOf } from "../job/shown.ts";
import { position } from "./arrange.ts";

function Status({ photo, progress }: { photo: Photo; progress: number }) {
  const state = standing(photo);
  const good = state === "restored" || state === "unchanged" || state === "left";
  return (
    <p className={`flex items-center gap-1 text-sm ${state === "failed" ? "text-bad" : good ? "text-good" : "text-soft"}`}>
      {good && <Icon name="check" className="size-4" />}
      {state === "failed" && <Icon name="alert" className="size-4" />}
      <span className="truncate">{standingText(photo, progress)}</span>
    </p>
  );
}

interface Props {
  photo: Photo;
  /** How far its restoration is, 0 to 1, while there is one. */
  progress: number;
  onDelete: () => void;
}

export function PhotoTile({ photo, progress, onDelete }: Props) {
  const state = standing(photo);
  const result = bestOf(photo);
  const shown = result ?? photo;
  const working = state === "queued" || state === "running";
  return (
    <li className="group min-w-0">
      <Link
        href={paths.photo(photo.id)}
        aria-label={m.gallery.open(photo.filename, standingText(photo, progress))}
        className="relative block aspect-square overflow-hidden rounded-xl bg-mat"
      >
        <img
          src={stableUrl(result?.thumbnail_url ?? photo.thumbnail_url)}
          alt=""
          loading="lazy"
          decoding="async"
          style={{ objectPosition: position(photo.focus, shown.width / shown.height) }}
          className={`size-full object-cover transition duration-500 group-hover:scale-[1.02] ${working ? "opacity-60" : ""}`}
        />
        {state === "running" && (
          <div className="absolute inset-x-3 bottom-3">
            <ProgressBar share={progress} label={standingText(photo, progress)} />
          </div>
        )}
      </Link>
      <div className="mt-1.5 flex items-start gap-1">
        <div className="min-w-0 flex-1 py-1">
          {/* The picture above leads to the same page: one stop for the keyboard is enough. */}
          <Link
            href={paths.photo(photo.id)}
            tabIndex={-1}
            className="block truncate text-[0.9375rem] font-medium hover:underline"
            title={photo.filename}
          >
            {photo.filename}
          </Link>
          <Status photo={photo} progress={progress} />
        </div>
        <IconButton
          icon="trash"
          label={m.gallery.remove(photo.filename)}
          onClick={onDelete}
          className="text-soft transition-opacity max-sm:hidden pointer-fine:opacity-0 pointer-fine:group-focus-within:opacity-100 pointer-fine:group-hover:opacity-100"
        />
        {result && (
          <a
            href={quickDownload(result)}
            download
            aria-label={m.gallery.download(photo.filename)}
            title={m.gallery.download(photo.filename)}
            className="grid size-11 shrink-0 place-items-center rounded-lg hover:bg-sunken"
          >
            <Icon name="download" />
          </a>
        )}
      </div>
    </li>
  );
}
