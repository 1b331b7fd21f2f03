/**
 * All results at the same spot: beside each other with one zoom for all, on a phone one after the other. Until a result is
 * there its place says how far it is.
 */
import { type KeyboardEvent, useState } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { useSize } from "../../ui/useSize.ts";
import { Layer, Tag } from "../compare/Layer.tsx";
import { useGestures } from "../compare/useGestures.ts";
import { type Box, boxOf, clamp, pan, type Size, type View, whole, zoomAt } from "../compare/view.ts";
import type { Entry } from "./calls.ts";
import { grid, isEnded } from "./contest.ts";

interface Props {
  photo: Photo;
  entries: readonly Entry[];
  /** Width by height of the results. */
  aspect: number;
  /** The photo as it was is shown in place of each result. */
  before: boolean;
  view: View;
  onView: (view: View) => void;
}

const keyPan = 60;
const moves: Record<string, readonly [number, number]> = {
  ArrowLeft: [keyPan, 0],
  ArrowRight: [-keyPan, 0],
  ArrowUp: [0, keyPan],
  ArrowDown: [0, -keyPan],
};
/** Narrower than this there is room for one at a time. */
const narrow = 640;

const wordsOf = ({ job }: Entry): string => {
  if (job.status === "failed") return m.bakeoff.failed;
  if (job.status === "canceled") return m.bakeoff.canceled;
  return job.status === "queued" ? m.bakeoff.waiting : m.bakeoff.percent(job.progress);
};

interface PaneProps extends Pick<Props, "photo" | "before"> {
  entry: Entry;
  pane: Size;
  box: Box;
}

function Pane({ photo, entry, before, pane, box }: PaneProps) {
  const { result } = entry.job;
  if (!result) {
    return (
      <>
        <div className="opacity-35">
          <Layer src={stableUrl(photo.preview_url)} alt="" box={box} />
        </div>
        <div className="absolute inset-0 grid place-items-center p-4">
          <div className="w-full max-w-52 rounded-xl bg-page/90 p-3 text-center text-sm">
            <p>{wordsOf(entry)}</p>
            {!isEnded(entry) && (
              <ProgressBar share={entry.job.progress} label={m.bakeoff.progress(entry.letter)} className="mt-2" />
            )}
          </div>
        </div>
        <Tag side="left" pane={pane} box={box}>{entry.letter}</Tag>
      </>
    );
  }
  const old = result.before_preview_url ?? photo.preview_url;
  const shown = before ? old : (result.preview_url ?? photo.preview_url);
  const name = before ? m.bakeoff.beforeAlt(photo.filename) : m.bakeoff.alt(entry.letter, photo.filename);
  return (
    <>
      {result.film_url && !before ? (
        <video
          autoPlay
          loop
          muted
          playsInline
          aria-label={name}
          poster={stableUrl(shown)}
          src={stableUrl(result.film_url)}
          className="absolute top-0 left-0"
          style={{ width: box.width, height: box.height, transform: `translate(${box.left}px, ${box.top}px)` }}
        />
      ) : (
        <Layer src={stableUrl(shown)} alt={name} box={box} />
      )}
      <Tag side="left" pane={pane} box={box}>{before ? m.bakeoff.before : entry.letter}</Tag>
    </>
  );
}

export function Board({ photo, entries, aspect, before, view: seen, onView }: Props) {
  const [ref, size] = useSize<HTMLDivElement>();
  const [scrolled, setScrolled] = useState(0);
  const swiped = size.width < narrow;
  const { columns, rows } = swiped ? { columns: 1, rows: 1 } : grid(size, entries.length, aspect);
  const pane = { width: size.width / columns, height: size.height / rows };
  const view = swiped ? whole : clamp(pane, aspect, seen);
  const box = boxOf(pane, aspect, view);
  const gestures = useGestures({ ref, pane, aspect, view, onView: swiped ? () => {} : onView, onDivide: null });
  const key = (event: KeyboardEvent) => {
    const move = moves[event.key];
    const middle = { x: pane.width / 2, y: pane.height / 2 };
    if (event.key === "+" || event.key === "=") onView(zoomAt(pane, aspect, view, 1.5, middle));
    else if (event.key === "-") onView(zoomAt(pane, aspect, view, 1 / 1.5, middle));
    else if (event.key === "0") onView(whole);
    else if (move && view.zoom > 1) onView(pan(pane, aspect, view, move[0], move[1]));
    else return;
    event.preventDefault();
  };
  if (swiped) {
    return (
      <>
        <div
          ref={ref}
          role="group"
          aria-label={m.bakeoff.results}
          tabIndex={0}
          onScroll={(event) => setScrolled(Math.round(event.currentTarget.scrollLeft / Math.max(1, size.width)))}
          className="flex size-full snap-x snap-mandatory overflow-x-auto overflow-y-hidden [scrollbar-width:none]"
        >
          {size.width > 0 &&
            entries.map((entry) => (
              <div key={entry.letter} className="relative h-full shrink-0 snap-center overflow-hidden" style={{ width: size.width }}>
                <Pane {...{ photo, entry, before, pane, box }} />
              </div>
            ))}
        </div>
        <div aria-hidden="true" className="absolute inset-x-0 bottom-1 flex justify-center gap-1.5">
          {entries.map((entry, index) => (
            <span
              key={entry.letter}
              className={`grid size-5 place-items-center rounded-full text-xs font-semibold ${index === scrolled ? "bg-white text-neutral-900" : "bg-black/65 text-white"}`}
            >
              {entry.letter}
            </span>
          ))}
        </div>
      </>
    );
  }
  return (
    <div
      ref={ref}
      role="group"
      aria-label={m.bakeoff.results}
      tabIndex={0}
      onKeyDown={key}
      {...gestures}
      className={`relative size-full overflow-hidden ${view.zoom > 1 ? "cursor-grab touch-none active:cursor-grabbing" : "touch-pan-y"}`}
    >
      {entries.map((entry, index) => (
        <div
          key={entry.letter}
          className="absolute overflow-hidden border-2 border-mat"
          style={{ ...pane, left: (index % columns) * pane.width, top: Math.floor(index / columns) * pane.height }}
        >
          <Pane {...{ photo, entry, before, pane, box }} />
        </div>
      ))}
    </div>
  );
}
