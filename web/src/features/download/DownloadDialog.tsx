/** Format, quality and what the file says about the photo. */
import { useId } from "react";
import type { Rendition } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Choice as Choose } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Allowed } from "./Allowed.tsx";
import { type Choice, downloadUrl, formats, hasDepth, hasQuality, metadatas, remember } from "./choice.ts";

interface Props {
  open: boolean;
  onClose: () => void;
  hasLocation: boolean;
  rendition: Rendition;
  choice: Choice;
  onChoice: (choice: Choice) => void;
}

function Quality({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const id = useId();
  return (
    <div>
      <div className="flex items-baseline justify-between">
        <label htmlFor={id} className="text-sm font-semibold">
          {m.download.quality}
        </label>
        <output htmlFor={id} className="text-sm text-soft tabular-nums">
          {m.download.qualityValue(value)}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={50}
        max={100}
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-11 w-full"
      />
      <p id={`${id}-hint`} className="text-sm text-soft">
        {m.download.qualityHint}
      </p>
    </div>
  );
}

export function DownloadDialog({ open, onClose, hasLocation, rendition, choice, onChoice }: Props) {
  const change = (part: Partial<Choice>) => {
    const next = { ...choice, ...part };
    remember(next);
    onChoice(next);
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={m.download.title}
      footer={
        <>
          <Button onClick={onClose} className="max-sm:hidden">
            {m.download.cancel}
          </Button>
          <ButtonLink
            look="strong"
            icon="download"
            href={downloadUrl(rendition, choice)}
            download
            // The browser must see the click on a link that is still there.
            onClick={() => setTimeout(onClose)}
          >
            {m.download.save(m.download.formats[choice.format].name)}
          </ButtonLink>
        </>
      }
    >
      <Allowed {...rendition} className="mb-5" />
      <div className="grid gap-6">
        <Choose
          legend={m.download.format}
          options={formats.map((value) => ({ value, ...m.download.formats[value] }))}
          value={choice.format}
          onChange={(format) => change({ format })}
        />
        {hasQuality(choice) && <Quality value={choice.quality} onChange={(quality) => change({ quality })} />}
        {hasDepth(choice) && (
          <Choose
            legend={m.download.depth}
            options={([8, 16] as const).map((value) => ({ value, name: m.download.depths[value] }))}
            value={choice.depth}
            onChange={(depth) => change({ depth })}
          />
        )}
        <div>
          <Choose
            legend={m.download.metadata}
            options={metadatas.map((value) => ({ value, ...m.download.metadatas[value] }))}
            value={choice.metadata}
            onChange={(metadata) => change({ metadata })}
          />
          {hasLocation && <p className="mt-2 text-sm font-medium">{m.download.hasLocation}</p>}
        </div>
      </div>
    </Dialog>
  );
}
