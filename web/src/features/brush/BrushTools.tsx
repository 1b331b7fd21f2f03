/** Brush or eraser, its size, undo and zoom. */
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { type Option, Segments } from "../../ui/Choice.tsx";
import type { Zoom } from "../compare/view.ts";
import { Slider, UndoButtons, ZoomButtons } from "../edit/EditTools.tsx";
import type { PanZoom } from "../edit/panZoom.ts";
import type { useHistory } from "../edit/useHistory.ts";
import { type Act, type Mode, steps } from "./strokes.ts";

const modes: readonly Option<Mode>[] = [
  { value: "add", name: m.brush.add, icon: "brush" },
  { value: "erase", name: m.brush.erase, icon: "eraser" },
];

interface Props {
  mode: Mode;
  onMode: (mode: Mode) => void;
  step: number;
  onStep: (step: number) => void;
  zoom: Zoom;
  surface: () => PanZoom | undefined;
  strokes: ReturnType<typeof useHistory<readonly Act[]>>;
  canClear: boolean;
  onClear: () => void;
}

export function BrushTools({ mode, onMode, step, onStep, zoom, surface, strokes, canClear, onClear }: Props) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5">
      <div className="max-sm:flex-1">
        <Segments legend={m.brush.modes} options={modes} value={mode} onChange={onMode} />
      </div>
      <Slider
        label={m.brush.size}
        words={m.brush.sizeWords(step + 1, steps + 1)}
        min={0}
        max={steps}
        value={step}
        onChange={onStep}
        className="w-40 max-sm:order-2 max-sm:w-auto max-sm:flex-1"
      />
      <div className="flex items-center max-sm:order-1">
        <UndoButtons {...strokes} />
        <Button look="quiet" icon="broom" disabled={!canClear} onClick={onClear} className="px-3 text-sm max-sm:hidden">
          {m.brush.clear}
        </Button>
      </div>
      <div className="max-sm:order-3">
        <ZoomButtons zoom={zoom} surface={surface} />
      </div>
    </div>
  );
}
