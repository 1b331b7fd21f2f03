/** The line between before and after: dragged, or moved by the arrow keys. It keeps its size at any zoom. */
import type { KeyboardEvent, PointerEvent } from "react";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";

interface Props {
  /** Pixels from the left of the pane. */
  x: number;
  /** Pixels between the pane and the photo. */
  top: number;
  bottom: number;
  /** The same as a share of the photo that is seen, 0 to 1. */
  share: number;
  onShare: (share: number) => void;
  onDrag: (clientX: number) => void;
}

const steps: Record<string, number> = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageUp: 0.1, PageDown: -0.1 };

export function Divider({ x, top, bottom, share, onShare, onDrag }: Props) {
  const key = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? 1 : step === undefined ? null : share + step * (event.shiftKey ? 5 : 1);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    onShare(Math.min(1, Math.max(0, next)));
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    onDrag(event.clientX);
  };
  const percent = Math.round(share * 100);
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={m.compare.divider}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={m.compare.dividerValue(percent)}
      onKeyDown={key}
      onPointerDown={down}
      onPointerMove={move}
      onDoubleClick={(event) => event.stopPropagation()}
      className="group absolute -ml-6 grid w-12 cursor-ew-resize touch-none place-items-center focus-visible:outline-none"
      style={{ left: x, top, bottom }}
    >
      <span className="absolute inset-y-0 w-0.5 bg-white shadow-[0_0_0_1px_rgb(0_0_0/0.25)]" />
      <span className="relative grid size-11 place-items-center rounded-full bg-white text-neutral-900 shadow-lift group-focus-visible:outline-4 group-focus-visible:outline-glow">
        <Icon name="slider" className="size-7" />
      </span>
    </div>
  );
}
