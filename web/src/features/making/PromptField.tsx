/** A few words of one's own, and a look at everything a model would be asked, before anything is spent. */
import { useMutation } from "@tanstack/react-query";
import { previewPrompt } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import type { Photo } from "../../api/types.ts";
import { sendable, type Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { TextArea } from "../../ui/TextArea.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { useGoesTo, useReads } from "../providers/useOffers.ts";

interface Props {
  wish: Wish;
  photos: readonly Photo[];
  error?: string | null;
  onChange: (options: Partial<Wish["options"]>) => void;
}

const most = 500;

export function PromptField({ wish, photos, error, onChange }: Props) {
  const { operation, options } = wish;
  const read = useReads(wish, photos);
  const here = useGoesTo(operation, options, photos).length === 0;
  const known = useCapabilities().data?.rewriter ?? null;
  // What this machine reads are plain words, so nobody is asked to put them better.
  const rewriter = here ? null : known;
  const rewrite = rewriter !== null && options.rewrite;
  const preview = useMutation({
    mutationFn: async (asked: Wish) => {
      const [photo] = photos;
      return photo ? { asked, ...(await previewPrompt(photo.id, sendable(asked), rewrite)) } : null;
    },
  });
  // Words are only asked for where somebody may read them.
  if (!read) return null;
  const needed = options.enhancement === "custom";
  // What was shown for another wish says nothing about this one.
  const shown = preview.data && JSON.stringify(preview.data.asked) === JSON.stringify(wish) ? preview.data : null;
  return (
    <div>
      <TextArea
        label={needed ? m.prompt.needed : m.prompt.label[operation]}
        hint={here ? m.prompt.hereEnhance : undefined}
        value={options.prompt}
        left={m.prompt.left}
        onChange={(prompt) => onChange({ prompt })}
        {...{ most, error }}
      />
      {rewriter && (
        <Switch
          className="mt-1"
          label={m.prompt.rewrite}
          hint={(rewriter.looks ? m.prompt.rewriteLooks : m.prompt.rewriteReads)(rewriter.title)}
          on={options.rewrite}
          onChange={(on) => onChange({ rewrite: on })}
        />
      )}
      {shown ? (
        <div role="status" className="mt-2 rounded-lg bg-sunken p-3 text-sm">
          <p className="font-semibold">{here ? m.prompt.shownHere : m.prompt.shown}</p>
          {rewrite && rewriter && (
            <p className="text-soft">{shown.rewritten ? m.prompt.rewritten(rewriter.title) : m.prompt.inVain(rewriter.title)}</p>
          )}
          <p className="mt-1.5 max-h-56 overflow-y-auto whitespace-pre-line wrap-anywhere" tabIndex={0}>
            {shown.prompt || m.prompt.nothing}
          </p>
          <Button look="quiet" className="mt-1 -ml-4 -mb-2 text-sm" onClick={() => preview.reset()}>
            {m.prompt.hide}
          </Button>
        </div>
      ) : (
        <Button look="quiet" icon="eye" className="mt-1 -ml-4 text-sm" disabled={preview.isPending} onClick={() => preview.mutate(wish)}>
          {preview.isPending ? m.prompt.asking : m.prompt.show}
        </Button>
      )}
      {preview.isError && (
        <div className="mt-2">
          <ErrorNote>{asProblem(preview.error).message}</ErrorNote>
        </div>
      )}
    </div>
  );
}
