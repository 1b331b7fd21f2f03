/** Mouse, touch and wheel on the compared photo: drag, pinch, wheel and double click become changes of the view. */
import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useRef } from "react";
import { isSame, pan, type Size, type View, whole, zoomAt } from "./view.ts";

interface Parts {
  ref: RefObject<HTMLElement | null>;
  /** The size of one pane; both panes are equal. */
  pane: Size;
  aspect: number;
  /** The zoom of full size; 1 where pictures of several sizes are seen. */
  actual?: number;
  view: View;
  onView: (view: View) => void;
  /** Dragging moves the divider while the whole photo is seen. Pixels from the left; null when there is no divider. */
  onDivide: ((x: number) => void) | null;
}

const perWheelPixel = 0.0016;
const doubleClickZoom = 3;
/** Full size is worth a double click where it is so much larger than the whole photo. */
const worthwhile = 1.25;

export function useGestures({ ref, pane, aspect, actual = 1, view, onView, onDivide }: Parts) {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const latest = useRef({ pane, aspect, actual, view, onView });
  latest.current = { pane, aspect, actual, view, onView };

  /** Pixels inside the pane that was touched, wherever that pane lies. */
  const inside = (event: { clientX: number; clientY: number }) => {
    const bounds = ref.current?.getBoundingClientRect();
    const x = event.clientX - (bounds?.left ?? 0);
    const y = event.clientY - (bounds?.top ?? 0);
    return { x: pane.width > 0 ? x % pane.width : x, y: pane.height > 0 ? y % pane.height : y };
  };

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const now = latest.current;
      const bounds = element.getBoundingClientRect();
      const at = { x: (event.clientX - bounds.left) % now.pane.width, y: (event.clientY - bounds.top) % now.pane.height };
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      now.onView(zoomAt(now.pane, now.aspect, now.view, Math.exp(-pixels * perWheelPixel), at, now.actual));
    };
    // React listens to the wheel passively, and a passive listener cannot keep the page from scrolling.
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [ref]);

  const down = (event: ReactPointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, inside(event));
    if (pointers.current.size === 1 && view.zoom <= 1) onDivide?.(inside(event).x);
  };

  const move = (event: ReactPointerEvent) => {
    const last = pointers.current.get(event.pointerId);
    if (!last) return;
    const now = inside(event);
    pointers.current.set(event.pointerId, now);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(last.x - other.x, last.y - other.y));
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const moved = pan(pane, aspect, view, (now.x - last.x) / 2, (now.y - last.y) / 2, actual);
      onView(zoomAt(pane, aspect, moved, factor, middle, actual));
    } else if (view.zoom > 1) onView(pan(pane, aspect, view, now.x - last.x, now.y - last.y, actual));
    else onDivide?.(now.x);
  };

  const up = (event: ReactPointerEvent) => {
    pointers.current.delete(event.pointerId);
  };

  const doubleClick = (event: { clientX: number; clientY: number }) => {
    const closer = actual > worthwhile ? actual : doubleClickZoom;
    onView(isSame(view.zoom, 1) ? zoomAt(pane, aspect, view, closer, inside(event), actual) : whole);
  };

  return { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up, onDoubleClick: doubleClick };
}
