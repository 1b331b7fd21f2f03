/** Before and after: a slider inside a zoom that both share, side by side, or the original while a button is held. */
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import { m } from "../../messages/index.ts";
import { useSize } from "../../ui/useSize.ts";
import { Stage } from "../job/Stage.tsx";
import { Panes } from "./Panes.tsx";
import { type Mode, Toolbar } from "./Toolbar.tsx";
import { useGestures } from "./useGestures.ts";
import { useReveal } from "./useReveal.ts";
import { actualZoom, boxOf, clamp, pan, rescaled, type Size, stepFrom, visible, whole, zoomAt } from "./view.ts";

interface Props {
  name: string;
  before: string;
  after: string;
  width: number;
  height: number;
  /** A grey picture of what was filled in: white where it was. */
  mask?: string | null;
  /** There is nothing before it: it was made of several photos. */
  alone?: boolean;
  children: ReactNode;
  bar: ReactNode;
}

const margin = 12;
const keyPan = 60;
const moves: Record<string, readonly [number, number]> = {
  ArrowLeft: [keyPan, 0],
  ArrowRight: [-keyPan, 0],
  ArrowUp: [0, keyPan],
  ArrowDown: [0, -keyPan],
};

/** Each of the two panes that lie beside each other, or one above the other, where that leaves more room. */
function half(size: Size, stacked: boolean): Size {
  return stacked ? { width: size.width, height: size.height / 2 } : { width: size.width / 2, height: size.height };
}

export function Compare({ name, before, after, width, height, mask = null, alone = false, children, bar }: Props) {
  const [ref, size] = useSize<HTMLDivElement>();
  const [mode, setMode] = useState<Mode>(alone ? "single" : "slider");
  const [share, setShare] = useState(1);
  const [held, setHeld] = useState(false);
  const [marked, setMarked] = useState(false);
  const [seen, setView] = useState(whole);
  const reveal = useReveal(setShare);

  const aspect = width / height;
  const beside = mode === "side" && !held;
  const stacked = size.width / 2 / aspect < size.height / 2;
  const paneOf = (side: boolean): Size => (side ? half(size, stacked) : size);
  const pane = paneOf(beside);
  const actual = actualZoom(pane, { width, height }, devicePixelRatio);
  const view = clamp(pane, aspect, seen, actual);
  const box = boxOf(pane, aspect, view);

  const divideAt = (x: number) => {
    reveal.stop();
    const { from, to } = visible(pane, box);
    setShare(Math.min(1, Math.max(0, (x - from) / Math.max(1, to - from))));
  };
  const gestures = useGestures({ ref, pane, aspect, actual, view, onView: setView, onDivide: mode === "slider" ? divideAt : null });
  const zoomBy = (factor: number) =>
    setView(zoomAt(pane, aspect, view, factor, { x: pane.width / 2, y: pane.height / 2 }, actual));
  const step = (factor: number) => zoomBy(stepFrom({ zoom: view.zoom, actual }, factor));
  const key = (event: KeyboardEvent) => {
    // With these it is the browser that is meant, as for its own zoom.
    if (event.ctrlKey || event.metaKey) return;
    const move = moves[event.key];
    if (event.key === "+" || event.key === "=") step(1.5);
    else if (event.key === "-") step(1 / 1.5);
    else if (event.key === "0") setView(whole);
    else if (event.key === "1") zoomBy(actual / view.zoom);
    else if (move && view.zoom > 1) setView(pan(pane, aspect, view, move[0], move[1], actual));
    else return;
    event.preventDefault();
  };

  return (
    <Stage
      aspect={aspect}
      picture={
        <div className="absolute" style={{ inset: margin }}>
          <div
            ref={ref}
            role="group"
            aria-label={alone ? m.compare.labelAlone : m.compare.label}
            tabIndex={0}
            onKeyDown={key}
            {...gestures}
            className={`relative size-full overflow-hidden ${view.zoom > 1 ? "cursor-grab touch-none active:cursor-grabbing" : "touch-pan-y"}`}
          >
            {size.width > 0 && (
              <Panes
                {...{ alone, name, mode, held, pane, box, stacked, share }}
                before={stableUrl(before)}
                after={stableUrl(after)}
                mask={mask && marked ? stableUrl(mask) : null}
                onShare={(next) => {
                  reveal.stop();
                  setShare(next);
                }}
                onDrag={(clientX) => divideAt(clientX - (ref.current?.getBoundingClientRect().left ?? 0))}
                onShown={reveal.start}
              />
            )}
          </div>
        </div>
      }
      tools={
        <Toolbar
          {...{ mode, held, alone }}
          onMode={(next) => {
            setMode(next);
            setView(rescaled(view, aspect, pane, paneOf(next === "side")));
          }}
          zoom={{ zoom: view.zoom, actual }}
          onZoom={step}
          onFit={() => setView(whole)}
          onActual={() => zoomBy(actual / view.zoom)}
          onHold={setHeld}
          marked={mask ? marked : null}
          onMarked={setMarked}
        />
      }
      panel={children}
      bar={bar}
    />
  );
}
