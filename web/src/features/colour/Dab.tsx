/** One dab on the picture: a button that is dragged, moved by the arrow keys, chosen by a press and removed by Delete. */
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Hint, Point } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { nameOf } from "./palette.ts";

interface Props {
  dab: Hint;
  number: number;
  aspect: number;
  chosen: boolean;
  /** Where in the picture something in the window is. */
  place: (event: PointerEvent) => Point;
  /** `going`: the same move goes on, as one step to take back. */
  onMove: (to: Point, going: boolean) => void;
  onChoose: () => void;
  onRemove: () => void;
}

const percent = (share: number): number => Math.round(share * 100);
const directions: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** How far the colour surely reaches, and about what it will look like. */
function Reach({ dab, aspect, chosen }: Pick<Props, "dab" | "aspect" | "chosen">) {
  const place = { left: `${dab.x * 100}%`, top: `${dab.y * 100}%` };
  const width = 200 * dab.radius * Math.max(1, 1 / aspect);
  const round = "pointer-events-none absolute aspect-square -translate-1/2 rounded-full";
  return (
    <>
      <span
        className={`${round} mix-blend-color`}
        style={{ ...place, width: `${width * 1.6}%`, background: `radial-gradient(closest-side, ${dab.color} 45%, transparent)` }}
      />
      <span className={`${round} border border-dashed border-white/80 ${chosen ? "" : "opacity-50"}`} style={{ ...place, width: `${width}%` }} />
    </>
  );
}

export function Dab({ dab, number, aspect, chosen, place, onMove, onChoose, onRemove }: Props) {
  const drag = useRef<{ from: Point; at: Point; moved: boolean } | null>(null);
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: place(event), at: { x: dab.x, y: dab.y }, moved: false };
  };
  const move = (event: PointerEvent<HTMLButtonElement>) => {
    const held = drag.current;
    if (!held) return;
    const now = place(event);
    const by = { x: now.x - held.from.x, y: now.y - held.from.y };
    if (!held.moved && Math.hypot(by.x, by.y) < 0.006) return;
    onMove({ x: held.at.x + by.x, y: held.at.y + by.y }, held.moved);
    held.moved = true;
  };
  const up = () => {
    if (drag.current && !drag.current.moved) onChoose();
    drag.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    const step = event.shiftKey ? 0.05 : 0.01;
    if (direction) onMove({ x: dab.x + direction[0] * step, y: dab.y + direction[1] * step * aspect }, event.repeat);
    else if (event.key === "Delete" || event.key === "Backspace") onRemove();
    else if (event.key === "Enter" || event.key === " ") onChoose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <Reach {...{ dab, aspect, chosen }} />
      <button
        type="button"
        data-dab
        aria-pressed={chosen}
        aria-label={m.colour.dab(number, nameOf(dab.color), percent(dab.x), percent(dab.y))}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => (drag.current = null)}
        onKeyDown={key}
        className="absolute grid size-11 -translate-1/2 cursor-grab touch-none place-items-center rounded-full active:cursor-grabbing focus-visible:rounded-full focus-visible:outline-white"
        style={{ left: `${dab.x * 100}%`, top: `${dab.y * 100}%` }}
      >
        <span
          className={`size-4.5 rounded-full border-2 border-white shadow-[0_0_0_1.5px_rgb(0_0_0/0.65)] ${chosen ? "outline-3 outline-offset-3 outline-glow" : ""}`}
          style={{ backgroundColor: dab.color }}
        />
      </button>
    </>
  );
}
