/** How large a picture is shown, and the ways to change that: a step, the whole of it, or its full size. */
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { isSame, shownScale, type Zoom } from "./view.ts";

interface Props {
  zoom: Zoom;
  onZoom: (factor: number) => void;
  onFit: () => void;
  onActual: () => void;
}

const step = 1.5;

export function ZoomButtons({ zoom: at, onZoom, onFit, onActual }: Props) {
  const { zoom, actual } = at;
  const scale = shownScale(at);
  const fitted = isSame(zoom, 1);
  return (
    <>
      <IconButton
        icon="minus"
        label={m.compare.zoomOut}
        disabled={zoom <= Math.min(1, actual)}
        onClick={() => onZoom(1 / step)}
      />
      <output className="w-14 text-center text-sm text-soft tabular-nums max-sm:hidden">
        {scale === null ? m.compare.fitted : m.compare.zoom(Math.round(scale * 100))}
      </output>
      <IconButton icon="plus" label={m.compare.zoomIn} onClick={() => onZoom(step)} />
      {/* A phone has room for one of the two: the one that changes something. */}
      <IconButton icon="fit" label={m.compare.fit} className={fitted ? "max-sm:hidden" : ""} disabled={fitted} onClick={onFit} />
      <IconButton
        icon="actual"
        label={m.compare.actual}
        className={fitted ? "" : "max-sm:hidden"}
        disabled={isSame(zoom, actual)}
        onClick={onActual}
      />
    </>
  );
}
