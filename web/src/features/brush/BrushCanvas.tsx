/** The picture with what is marked on it. Painting goes straight to the canvas; a finished stroke is told once. */
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { Point } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import type { Zoom } from "../compare/view.ts";
import { PanZoom } from "../edit/panZoom.ts";
import { Board } from "./board.ts";
import { outline } from "./outline.ts";
import { type Brush, Painter } from "./painter.ts";
import { type Act, maskSize, type Size, type Stroke } from "./strokes.ts";

export interface Painting {
  board: Board;
  painter: Painter;
  surface: PanZoom;
}

interface Props extends Brush {
  picture: string;
  name: string;
  size: Size;
  mask: ImageBitmap | null;
  acts: readonly Act[];
  onStroke: (stroke: Stroke) => void;
  onZoom: (zoom: Zoom) => void;
  ref: RefObject<Painting | null>;
}

const within = (value: number): number => Math.min(1, Math.max(0, value));
const shiftStep = 0.05;
const arrows: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function BrushCanvas(props: Props) {
  const { picture, name, size, mask, acts, radius, ref } = props;
  const pane = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const spot = useRef<Point>({ x: 0.5, y: 0.5 });
  const [down, setDown] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  const aspect = size.width / size.height;
  const ringAt = (at: Point | null) => outline(ring.current, paper.current, at, latest.current.radius);

  useEffect(() => {
    if (!pane.current || !paper.current || !canvas.current) return;
    const board = new Board(canvas.current, maskSize(size), mask);
    board.show(latest.current.acts);
    const painter = new Painter(board, aspect, () => latest.current, (stroke) => latest.current.onStroke(stroke));
    const hand = {
      begin: (at: Point, event: PointerEvent) => {
        // The other end of a pen erases.
        painter.begin(at, (event.buttons & 32) !== 0 ? "erase" : undefined);
        return true;
      },
      go: (points: Point[]) => painter.go(points),
      end: () => painter.end(),
      drop: () => painter.drop(),
      hover: (at: Point | null, event: PointerEvent) => {
        if (at) spot.current = { x: within(at.x), y: within(at.y) };
        outline(ring.current, paper.current, event.pointerType === "touch" && event.buttons === 0 ? null : at, latest.current.radius);
      },
    };
    const surface = new PanZoom(pane.current, paper.current, size, hand, (zoom) => latest.current.onZoom(zoom));
    ref.current = { board, painter, surface };
    const detach = surface.attach();
    return () => {
      detach();
      ref.current = null;
    };
  }, [size, aspect, mask, ref]);

  useEffect(() => ref.current?.board.show(acts), [acts, ref]);
  useEffect(() => {
    if (!ring.current?.hidden) outline(ring.current, paper.current, spot.current, radius);
  }, [radius]);

  const lift = () => {
    if (down) ref.current?.painter.end();
    setDown(false);
    ringAt(null);
  };
  const press = () => {
    if (down) ref.current?.painter.end();
    else ref.current?.painter.begin(spot.current);
    setDown(!down);
    ringAt(spot.current);
  };
  const step = ([dx, dy]: readonly [number, number], by: number) => {
    spot.current = { x: within(spot.current.x + dx * by), y: within(spot.current.y + dy * by * aspect) };
    if (down) ref.current?.painter.go([spot.current]);
    ref.current?.surface.reveal(spot.current);
    ringAt(spot.current);
  };
  /** By keyboard: arrows move the brush, Enter puts it down and lifts it. */
  const key = (event: KeyboardEvent) => {
    // With these it is the browser that is meant, as for its own zoom.
    if (event.ctrlKey || event.metaKey) return;
    const surface = ref.current?.surface;
    const arrow = arrows[event.key];
    if (arrow) step(arrow, event.shiftKey ? shiftStep : Math.max(0.004, radius * 0.5));
    else if (event.key === "Enter") press();
    else if (event.key === "Escape" && down) lift();
    else if (!surface?.key(event.key)) return;
    event.preventDefault();
  };

  return (
    <div className="absolute inset-3">
      <div
        ref={pane}
        role="application"
        aria-label={m.brush.canvas(name)}
        aria-describedby="brush-keys"
        tabIndex={0}
        onKeyDown={key}
        onBlur={lift}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && ringAt(spot.current)}
        className="relative size-full cursor-crosshair touch-none overflow-hidden select-none"
      >
        <div ref={paper} className="absolute top-0 left-0 origin-top-left">
          <img src={picture} alt="" draggable={false} className="size-full" />
          <canvas ref={canvas} data-mask className="absolute inset-0 size-full opacity-60" />
          <div
            ref={ring}
            hidden
            className="pointer-events-none absolute top-0 left-0 rounded-full border-2 border-white shadow-[0_0_0_1.5px_rgb(0_0_0/0.7),inset_0_0_0_1px_rgb(0_0_0/0.5)]"
          />
        </div>
      </div>
      <p aria-live="polite" className="sr-only">
        {down ? m.brush.isDown : ""}
      </p>
    </div>
  );
}
