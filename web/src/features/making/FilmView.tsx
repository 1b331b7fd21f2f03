/** A film on the stage, with the controls of the browser. */
import type { ReactNode } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Rendition } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { useSize } from "../../ui/useSize.ts";
import { fit } from "../compare/view.ts";
import { Stage } from "../job/Stage.tsx";

interface Props {
  name: string;
  rendition: Rendition;
  children: ReactNode;
  bar: ReactNode;
}

export function FilmView({ name, rendition, children, bar }: Props) {
  const [ref, size] = useSize<HTMLDivElement>();
  return (
    <Stage
      aspect={rendition.width / rendition.height}
      picture={
        <div ref={ref} className="absolute inset-3 grid place-items-center">
          <video
            controls
            loop
            muted
            playsInline
            preload="metadata"
            aria-label={m.making.film(name)}
            poster={stableUrl(rendition.preview_url)}
            src={rendition.film_url ? stableUrl(rendition.film_url) : undefined}
            style={fit(size, rendition.width / rendition.height)}
          />
        </div>
      }
      panel={children}
      bar={bar}
    />
  );
}
