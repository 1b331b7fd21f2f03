/** Undo, redo and zoom: the same for everything that is painted on a picture. */
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import type { PanZoom } from "./panZoom.ts";

export function UndoButtons({ canUndo, canRedo, undo, redo }: Record<"canUndo" | "canRedo", boolean> & Record<"undo" | "redo", () => void>) {
  return (
    <div className="flex">
      <IconButton icon="undo" label={m.edit.undo} disabled={!canUndo} onClick={undo} />
      <IconButton icon="redo" label={m.edit.redo} disabled={!canRedo} onClick={redo} />
    </div>
  );
}

export function ZoomButtons({ zoom, surface }: { zoom: number; surface: () => PanZoom | undefined }) {
  return (
    <div className="flex items-center">
      <IconButton icon="minus" label={m.compare.zoomOut} disabled={zoom <= 1} onClick={() => surface()?.zoomBy(1 / 1.5)} />
      <output className="w-14 text-center text-sm text-soft tabular-nums max-sm:hidden">
        {m.compare.zoom(Math.round(zoom * 100))}
      </output>
      <IconButton icon="plus" label={m.compare.zoomIn} onClick={() => surface()?.zoomBy(1.5)} />
      <IconButton icon="fit" label={m.compare.fit} disabled={zoom <= 1} onClick={() => surface()?.fit()} />
    </div>
  );
}

/** A labelled slider whose value is told in words. */
export function Slider(props: {
  label: string;
  words: string;
  min: number;
  max: number;
  value: number;
  onChange: (value: number) => void;
  onDone?: () => void;
  className?: string;
}) {
  const { label, words, onChange, onDone, className = "", ...range } = props;
  return (
    <label className={`flex min-h-11 items-center gap-2.5 text-sm font-medium ${className}`}>
      <span className="whitespace-nowrap">{label}</span>
      <input
        type="range"
        {...range}
        aria-valuetext={words}
        onChange={(event) => onChange(Number(event.target.value))}
        onPointerUp={onDone}
        onKeyUp={onDone}
        className="h-11 min-w-0 flex-1"
      />
    </label>
  );
}
