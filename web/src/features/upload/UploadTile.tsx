/** A photo on its way, as a tile of the gallery. */
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { Picture } from "./Picture.tsx";
import type { Item } from "./queue.ts";
import { uploads } from "./start.ts";

function stateText(item: Item): string {
  if (item.state === "waiting") return m.upload.waiting;
  if (item.state === "sending") return m.upload.tile(Math.round(item.progress * 100));
  return m.upload.starting;
}

export function UploadTile({ item }: { item: Item }) {
  const text = stateText(item);
  const open = item.state === "waiting" || item.state === "sending";
  return (
    <li className="min-w-0 animate-appear">
      <div className="relative aspect-square overflow-hidden rounded-xl bg-mat">
        <Picture src={item.picture} className="size-full object-cover opacity-60" />
        {item.state !== "waiting" && (
          <div className="absolute inset-x-3 bottom-3">
            <ProgressBar share={item.state === "sending" ? item.progress : 1} label={text} />
          </div>
        )}
      </div>
      <div className="mt-1.5 flex items-start gap-1">
        <div className="min-w-0 flex-1 py-1">
          <p className="truncate text-[0.9375rem] font-medium">{item.file.name}</p>
          <p className="text-sm text-soft">{text}</p>
        </div>
        {open && (
          <IconButton icon="cross" label={m.upload.removeNamed(item.file.name)} onClick={() => uploads.remove(item.key)} />
        )}
      </div>
    </li>
  );
}
