/** The download: one press for the file that most people want, and another for everything else. */
import { useState } from "react";
import type { Photo, Rendition } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { downloadUrl, remembered } from "./choice.ts";
import { DownloadDialog } from "./DownloadDialog.tsx";

export function DownloadBar({ photo, rendition }: { photo: Photo; rendition: Rendition }) {
  const [open, setOpen] = useState(false);
  const [choice, setChoice] = useState(remembered);
  if (rendition.media === "film") {
    return (
      <ButtonLink look="strong" icon="download" className="min-h-12 w-full" href={downloadUrl(rendition, choice)} download>
        {m.making.saveFilm}
      </ButtonLink>
    );
  }
  return (
    <div className="flex gap-2">
      <ButtonLink look="strong" icon="download" className="min-h-12 flex-1" href={downloadUrl(rendition, choice)} download>
        {m.download.save(m.download.formats[choice.format].name)}
      </ButtonLink>
      <Button className="min-h-12" onClick={() => setOpen(true)}>
        {m.download.other}
      </Button>
      <DownloadDialog
        open={open}
        onClose={() => setOpen(false)}
        hasLocation={photo.has_location}
        rendition={rendition}
        choice={choice}
        onChoice={setChoice}
      />
    </div>
  );
}
