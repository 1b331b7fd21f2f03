/** One handle: dragged by mouse or finger, moved by the arrow keys. The place to touch is 44 pixels wide. */
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Point } from "../../api/types.ts";
import type { Size } from "../compare/view.ts";

interface Props {
  label: string;
  at: Point;
  size: Size;
  edge: boolean;
  /** Where the handle is wanted, 0..1. */
  onMove: (to: Point) => void;
  onActive: (active: boolean) => void;
}

const keyStep = 2;
const shiftStep = 20;
const directions: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Handle({ label, at, size, edge, onMove, onActive }: Props) {
  // Where inside the handle it was caught, so that it does not jump under the finger.
  const caught = useRef<Point>({ x: 0, y: 0 });
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    caught.current = { x: event.clientX - at.x * size.width, y: event.clientY - at.y * size.height };
    onActive(true);
  };
  const move = (event: PointerEvent<HTMLButtonElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onMove({ x: (event.clientX - caught.current.x) / size.width, y: (event.clientY - caught.current.y) / size.height });
  };
  const key = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    onActive(true);
    const pixels = event.shiftKey ? shiftStep : keyStep;
    onMove({ x: at.x + (direction[0] * pixels) / size.width, y: at.y + (direction[1] * pixels) / size.height });
  };
  return (
    <button
      type="button"
      aria-label={label}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => onActive(false)}
      onPointerCancel={() => onActive(false)}
      onKeyDown={key}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && onActive(true)}
      onBlur={() => onActive(false)}
      className="absolute -mt-[22px] -ml-[22px] grid size-11 cursor-grab touch-none place-items-center rounded-full active:cursor-grabbing focus-visible:rounded-full focus-visible:bg-black/40 focus-visible:outline-offset-0 focus-visible:outline-white"
      style={{ left: at.x * size.width, top: at.y * size.height }}
    >
      <span
        className={`block rounded-full border-2 border-white bg-glow shadow-[0_0_0_1.5px_rgb(0_0_0/0.6)] ${edge ? "size-3.5" : "size-5"}`}
      />
    </button>
  );
}
