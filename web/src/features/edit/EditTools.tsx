/** Undo, redo and zoom: the same for everything that is painted on a picture. */
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import type { Zoom } from "../compare/view.ts";
import { ZoomButtons as Buttons } from "../compare/ZoomButtons.tsx";
import type { PanZoom } from "./panZoom.ts";

export function UndoButtons({ canUndo, canRedo, undo, redo }: Record<"canUndo" | "canRedo", boolean> & Record<"undo" | "redo", () => void>) {
  return (
    <div className="flex">
      <IconButton icon="undo" label={m.edit.undo} disabled={!canUndo} onClick={undo} />
      <IconButton icon="redo" label={m.edit.redo} disabled={!canRedo} onClick={redo} />
    </div>
  );
}

export function ZoomButtons({ zoom, surface }: { zoom: Zoom; surface: () => PanZoom | undefined }) {
  return (
    <div className="flex items-center">
      <Buttons
        zoom={zoom}
        onZoom={(factor) => surface()?.step(factor)}
        onFit={() => surface()?.fit()}
        onActual={() => surface()?.fullSize()}
      />
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
