/** Colour and size of the dabs, what is seen beneath them, undo and zoom. */
import { useRef } from "react";
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { type Option, Segments } from "../../ui/Choice.tsx";
import type { Zoom } from "../compare/view.ts";
import { Slider, UndoButtons, ZoomButtons } from "../edit/EditTools.tsx";
import type { PanZoom } from "../edit/panZoom.ts";
import type { Work } from "./useDabs.ts";
import { steps } from "./dabs.ts";
import { Palette } from "./Palette.tsx";

export type Seen = "before" | "after";

const views: readonly Option<Seen>[] = [
  { value: "after", name: m.colour.after },
  { value: "before", name: m.colour.before },
];

interface Props {
  work: Work;
  /** Null while there is nothing but the original. */
  seen: Seen | null;
  onSeen: (seen: Seen) => void;
  zoom: Zoom;
  surface: () => PanZoom | undefined;
  picking: boolean;
  onPick: (picking: boolean) => void;
}

export function ColourTools({ work, seen, onSeen, zoom, surface, picking, onPick }: Props) {
  const sliding = useRef(false);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <Palette
        color={work.color}
        onColor={work.paint}
        picking={picking}
        onPick={onPick}
      />
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5">
        <Slider
          label={m.colour.size}
          words={m.brush.sizeWords(work.step + 1, steps + 1)}
          min={0}
          max={steps}
          value={work.step}
          onChange={(step) => {
            work.resize(step, sliding.current);
            sliding.current = true;
          }}
          onDone={() => (sliding.current = false)}
          className="w-52 max-sm:w-auto max-sm:flex-1"
        />
        <div className="flex">
          <UndoButtons {...work.dabs} />
          <IconButton
            icon="trash"
            label={m.colour.remove}
            disabled={work.chosen === null}
            onClick={() => work.chosen !== null && work.remove(work.chosen)}
          />
        </div>
        {seen && <Segments legend={m.colour.seen} options={views} value={seen} onChange={onSeen} />}
        <ZoomButtons zoom={zoom} surface={surface} />
      </div>
    </div>
  );
}
