/** The photo as it came, resting on the ground of the stage. */
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo, Point } from "../../api/types.ts";
import { useSize } from "../../ui/useSize.ts";
import { fit } from "../compare/view.ts";

interface Props {
  photo: Photo;
  /** Drawn over the photo: the corners of the print. */
  outline?: readonly Point[];
  /** A band of light that moves over the photo while it is worked on. */
  working?: boolean;
}

export function Still({ photo, outline, working = false }: Props) {
  const [ref, size] = useSize<HTMLDivElement>();
  return (
    <div className="absolute inset-3">
      <div ref={ref} className="grid size-full place-items-center">
        <div className="relative" style={fit(size, photo.width / photo.height)}>
          <img src={stableUrl(photo.preview_url)} alt={photo.filename} className="size-full" />
          {outline && (
            <svg aria-hidden="true" viewBox="0 0 1 1" preserveAspectRatio="none" className="absolute inset-0 size-full">
              <polygon
                points={outline.map((point) => `${point.x},${point.y}`).join(" ")}
                fill="none"
                stroke="var(--glow)"
                strokeWidth="2"
                vectorEffect="non-scaling-stroke"
              />
            </svg>
          )}
          {working && (
            <div className="absolute inset-0 overflow-hidden motion-reduce:hidden">
              <div className="h-full w-1/3 animate-sweep bg-linear-to-r from-transparent via-white/35 to-transparent" />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}
