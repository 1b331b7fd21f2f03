/** The picture with its dabs: a tap places one, a drag moves the picture when it is zoomed. */
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef } from "react";
import type { Point } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import type { Size, Zoom } from "../compare/view.ts";
import { PanZoom } from "../edit/panZoom.ts";
import { Dab } from "./Dab.tsx";
import type { Dabs } from "./dabs.ts";

interface Props {
  picture: string;
  name: string;
  size: Size;
  dabs: Dabs;
  chosen: number | null;
  /** The eyedropper is out: a tap takes a colour. */
  picking: boolean;
  onTap: (at: Point) => void;
  onMove: (index: number, to: Point, going: boolean) => void;
  onChoose: (index: number | null) => void;
  onRemove: (index: number) => void;
  onZoom: (zoom: Zoom) => void;
  surface: RefObject<PanZoom | null>;
}

export function DabCanvas(props: Props) {
  const { picture, name, size, dabs, chosen, picking, onMove, onChoose, onRemove, surface } = props;
  const pane = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const aspect = size.width / size.height;
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!pane.current || !paper.current) return;
    const made = new PanZoom(
      pane.current,
      paper.current,
      size,
      { begin: () => false, tap: (at) => latest.current.onTap(at) },
      (zoom) => latest.current.onZoom(zoom),
    );
    surface.current = made;
    const detach = made.attach();
    return () => {
      detach();
      surface.current = null;
    };
  }, [size, surface]);

  const place = (event: PointerEvent): Point => surface.current?.place(event) ?? { x: 0, y: 0 };
  const key = (event: KeyboardEvent) => {
    // With these it is the browser that is meant, as for its own zoom.
    if (event.ctrlKey || event.metaKey) return;
    if (surface.current?.key(event.key)) event.preventDefault();
  };
  return (
    <div className="absolute inset-3">
      <div
        ref={pane}
        role="group"
        aria-label={m.colour.canvas(name)}
        tabIndex={0}
        onKeyDown={key}
        className={`relative size-full touch-none overflow-hidden select-none ${picking ? "cursor-crosshair" : "cursor-copy"}`}
      >
        <div ref={paper} className="absolute top-0 left-0 isolate origin-top-left">
          <img src={picture} alt={name} draggable={false} className="size-full" />
          {!picking &&
            dabs.map((dab, index) => (
              <Dab
                // A dab has no name but its place in the list.
                key={index}
                number={index + 1}
                chosen={index === chosen}
                onMove={(to, going) => onMove(index, to, going)}
                onChoose={() => onChoose(index === chosen ? null : index)}
                onRemove={() => onRemove(index)}
                {...{ dab, aspect, place }}
              />
            ))}
        </div>
      </div>
    </div>
  );
}
