/** A photo that was dropped alone fills the page from the first moment. */
import { Heading } from "../../app/Heading.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { Stage } from "../job/Stage.tsx";
import { Picture } from "./Picture.tsx";
import type { Item } from "./queue.ts";
import { uploads } from "./start.ts";

export function SoloUpload({ item }: { item: Item }) {
  return (
    <Stage
      picture={
        <div className="grid size-full place-items-center p-4 sm:p-8">
          <Picture src={item.picture} className="max-h-full min-h-0 max-w-full object-contain" />
        </div>
      }
      panel={
        <>
          <Heading title={m.upload.sending} className="text-xl font-semibold">
            {m.upload.sending}
          </Heading>
          <p className="mt-1 text-soft wrap-anywhere">{item.file.name}</p>
          <ProgressBar share={item.progress} label={m.upload.sending} className="mt-5" />
          <p className="mt-2 text-sm text-soft">{m.upload.sendingShare(Math.round(item.progress * 100))}</p>
          <Button icon="cross" className="mt-5" onClick={() => uploads.remove(item.key)}>
            {m.upload.stop}
          </Button>
        </>
      }
    />
  );
}
