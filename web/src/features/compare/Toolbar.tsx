/** What can be done with the compared photo: how to compare, zoom, and a look at the original. */
import type { KeyboardEvent } from "react";
import { m } from "../../messages/index.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { type Option, Segments } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { Zoom } from "./view.ts";
import { ZoomButtons } from "./ZoomButtons.tsx";

export type Mode = "slider" | "side" | "single";

const modes: readonly Option<Mode>[] = [
  { value: "slider", name: m.compare.slider, icon: "slider" },
  { value: "side", name: m.compare.side, icon: "columns" },
  { value: "single", name: m.compare.single, icon: "photo" },
];

interface Props {
  /** There is nothing to compare with. */
  alone: boolean;
  mode: Mode;
  onMode: (mode: Mode) => void;
  zoom: Zoom;
  onZoom: (factor: number) => void;
  onFit: () => void;
  onActual: () => void;
  held: boolean;
  onHold: (held: boolean) => void;
  /** Whether what was filled in is shown; null when nothing was. */
  marked: boolean | null;
  onMarked: (marked: boolean) => void;
}

function HoldButton({ held, onHold }: Pick<Props, "held" | "onHold">) {
  const key = (down: boolean) => (event: KeyboardEvent) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    onHold(down);
  };
  return (
    <button
      type="button"
      aria-pressed={held}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onHold(true);
      }}
      onPointerUp={() => onHold(false)}
      onPointerCancel={() => onHold(false)}
      onBlur={() => onHold(false)}
      onKeyDown={key(true)}
      onKeyUp={key(false)}
      onContextMenu={(event) => event.preventDefault()}
      className={buttonClass("quiet", "touch-none px-3 text-sm whitespace-nowrap aria-pressed:bg-sunken max-sm:flex-1 max-sm:px-1")}
    >
      <Icon name="eye" />
      <span className="sm:hidden">{m.compare.holdShort}</span>
      <span className="max-sm:hidden">{m.compare.hold}</span>
    </button>
  );
}

export function Toolbar({ alone, mode, onMode, held, onHold, marked, onMarked, ...zooming }: Props) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5">
      {!alone && (
        <div className="max-sm:w-full">
          <Segments legend={m.compare.modes} options={modes} value={mode} onChange={onMode} />
        </div>
      )}
      <div className={`flex items-center max-sm:w-full ${alone ? "ml-auto max-sm:justify-center" : ""}`}>
        {marked !== null && (
          <button
            type="button"
            aria-pressed={marked}
            aria-label={m.mended.show}
            title={m.mended.show}
            onClick={() => onMarked(!marked)}
            className={buttonClass("quiet", "px-3 text-sm aria-pressed:bg-mend-deep aria-pressed:text-white")}
          >
            <Icon name="mended" />
            <span className="max-xl:hidden">{m.mended.show}</span>
          </button>
        )}
        {!alone && (
          <>
            <HoldButton held={held} onHold={onHold} />
            <span aria-hidden="true" className="mx-1 h-6 w-px shrink-0 bg-line" />
          </>
        )}
        <ZoomButtons {...zooming} />
      </div>
    </div>
  );
}
