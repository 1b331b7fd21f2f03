/** Photos that could not be used, each with the reason and a way out. */
import { m } from "../../messages/index.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { FilePicker } from "./FilePicker.tsx";
import type { Item } from "./queue.ts";
import { uploads } from "./start.ts";

/** Sending the same bytes again can only help when it was the way, or the server, that failed. */
const worthAgain = (item: Item): boolean => {
  const status = item.problem?.status ?? 0;
  return item.problem?.code === "unreachable" || status >= 500 || status === 429;
};

export function UploadProblems({ items }: { items: readonly Item[] }) {
  const failed = items.filter((item) => item.state === "failed");
  if (failed.length === 0) return null;
  return (
    <div className="mx-auto mt-6 w-full max-w-3xl">
      <ErrorNote
        title={m.upload.failedTitle(failed.length)}
        actions={
          <>
            <FilePicker icon="photo">{m.job.another}</FilePicker>
            <Button look="quiet" onClick={() => failed.forEach((item) => uploads.remove(item.key))}>
              {m.upload.dismissAll}
            </Button>
          </>
        }
      >
        <ul className="grid gap-2">
          {failed.map((item) => (
            <li key={item.key} className="flex items-start gap-2">
              <div className="min-w-0 flex-1 py-1">
                <span className="font-medium wrap-anywhere">{item.file.name}</span>
                <span className="block">{item.problem?.message}</span>
              </div>
              {worthAgain(item) && (
                <IconButton icon="again" label={m.upload.againNamed(item.file.name)} onClick={() => uploads.retry(item.key)} />
              )}
              <IconButton icon="cross" label={m.upload.removeNamed(item.file.name)} onClick={() => uploads.remove(item.key)} />
            </li>
          ))}
        </ul>
      </ErrorNote>
    </div>
  );
}
