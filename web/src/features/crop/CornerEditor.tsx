/** The photo with the four corners and the four edges of the print, all to be moved. */
import { useState } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo, Point } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { useSize } from "../../ui/useSize.ts";
import { fit } from "../compare/view.ts";
import { Handle } from "./Handle.tsx";
import { Magnifier } from "./Magnifier.tsx";
import { edgeMiddle, moveCorner, moveEdge, type Quad } from "./quad.ts";

const names = m.corners.handles;
const cornerNames = [names.topLeft, names.topRight, names.bottomRight, names.bottomLeft];
const edgeNames = [names.top, names.right, names.bottom, names.left];

interface Props {
  photo: Photo;
  quad: Quad;
  onQuad: (quad: Quad) => void;
}

const percent = (share: number): number => Math.round(share * 100);
const path = (quad: Quad): string => quad.map((point) => `${point.x} ${point.y}`).join("L");

export function CornerEditor({ photo, quad, onQuad }: Props) {
  const [ref, room] = useSize<HTMLDivElement>();
  const [active, setActive] = useState<number | null>(null);
  const size = fit(room, photo.width / photo.height);
  const src = stableUrl(photo.preview_url);
  const middles = [0, 1, 2, 3].map((edge) => edgeMiddle(quad, edge));
  const spots: readonly Point[] = [...quad, ...middles];
  const labels = [...cornerNames, ...edgeNames];
  const activeSpot = active === null ? undefined : spots[active];
  const label = active === null ? undefined : labels[active];

  const move = (index: number) => (to: Point) => {
    if (index < 4) return onQuad(moveCorner(quad, index, to));
    const from = spots[index] ?? to;
    onQuad(moveEdge(quad, index - 4, { x: to.x - from.x, y: to.y - from.y }));
  };

  return (
    <div className="absolute inset-7">
      <div ref={ref} className="grid size-full place-items-center">
        <div className="relative" style={size}>
          <img src={src} alt={m.corners.alt(photo.filename)} draggable={false} className="size-full select-none" />
          <svg aria-hidden="true" viewBox="0 0 1 1" preserveAspectRatio="none" className="absolute inset-0 size-full">
            <path d={`M0 0H1V1H0ZM${path(quad)}Z`} fillRule="evenodd" fill="#000" fillOpacity="0.55" />
            <path d={`M${path(quad)}Z`} fill="none" stroke="#000" strokeOpacity="0.6" strokeWidth="4" vectorEffect="non-scaling-stroke" />
            <path d={`M${path(quad)}Z`} fill="none" stroke="#fff" strokeWidth="2" vectorEffect="non-scaling-stroke" />
          </svg>
          <div role="group" aria-label={m.corners.group}>
            {/* Edges first: where a small shape brings handles together, the corner lies on top. */}
            {[4, 5, 6, 7, 0, 1, 2, 3].map((index) => (
              <Handle
                key={index}
                label={labels[index] ?? ""}
                at={spots[index] ?? { x: 0, y: 0 }}
                size={size}
                edge={index > 3}
                onMove={move(index)}
                onActive={(on) => setActive(on ? index : null)}
              />
            ))}
          </div>
          {activeSpot && <Magnifier src={src} at={activeSpot} size={size} />}
        </div>
      </div>
      <p aria-live="polite" className="sr-only">
        {activeSpot && label && m.corners.position(label, percent(activeSpot.x), percent(activeSpot.y))}
      </p>
    </div>
  );
}
