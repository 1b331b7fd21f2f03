/**
 * Fingers, mouse, pen and wheel on a picture that is worked on. One pointer works (or moves the picture, where a tool
 * only taps), two fingers pinch, the wheel zooms, the space bar and the middle button drag. Everything goes straight to
 * the elements: no component is drawn anew while something moves.
 */
import type { Point } from "../../api/types.ts";
import { actualZoom, boxOf, clamp, pan, type Size, stepFrom, type View, whole, type Zoom, zoomAt } from "../compare/view.ts";

export interface Hand {
  /** A pointer went down on the picture. True when the tool takes it: its moves are then told, else they move the picture. */
  begin: (at: Point, event: PointerEvent) => boolean;
  go?: (points: Point[], event: PointerEvent) => void;
  end?: () => void;
  /** A second finger came down: what the first one began was no work. */
  drop?: () => void;
  /** A pointer that went down and up on one spot, where the tool did not take it. */
  tap?: (at: Point) => void;
  /** Where the pointer is, for the outline of a brush; null when it is gone. */
  hover?: (at: Point | null, event: PointerEvent) => void;
}

interface Held {
  x: number;
  y: number;
  startX: number;
  startY: number;
}

const perWheelPixel = 0.0016;
/** Pixels that a tap may wander. */
const steady = 7;
/** What the space bar presses or is typed into. */
const pressable = "button, a, summary, dialog, input, textarea, select";

export class PanZoom {
  view: View = whole;
  private readonly pointers = new Map<number, Held>();
  private worker: number | null = null;
  private pinched = false;
  private space = false;
  private penSeen = false;
  private size: Size = { width: 0, height: 0 };

  private readonly pane: HTMLElement;
  private readonly paper: HTMLElement;
  private readonly picture: Size;
  private readonly aspect: number;
  private readonly hand: Hand;
  private readonly seen: (zoom: Zoom) => void;

  /** `paper` lies in `pane` and is given its place; `picture` is the size of what is on it, in pixels; `seen` is told the zoom. */
  constructor(pane: HTMLElement, paper: HTMLElement, picture: Size, hand: Hand, seen: (zoom: Zoom) => void) {
    this.pane = pane;
    this.paper = paper;
    this.picture = picture;
    this.aspect = picture.width / picture.height;
    this.hand = hand;
    this.seen = seen;
  }

  /** Begins to listen; what it returns ends that. */
  attach(): () => void {
    const ending = new AbortController();
    const { signal } = ending;
    const pane = this.pane;
    pane.addEventListener("pointerdown", this.down, { signal });
    pane.addEventListener("pointermove", this.move, { signal });
    pane.addEventListener("pointerup", this.up, { signal });
    pane.addEventListener("pointercancel", this.lost, { signal });
    pane.addEventListener("pointerleave", (event) => this.hand.hover?.(null, event), { signal });
    pane.addEventListener("wheel", this.wheel, { signal, passive: false });
    pane.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    window.addEventListener("keydown", this.bar, { signal });
    window.addEventListener("keyup", this.bar, { signal });
    window.addEventListener("blur", () => this.hold(false), { signal });
    const observer = new ResizeObserver(() => {
      this.size = { width: pane.clientWidth, height: pane.clientHeight };
      this.see(this.view);
    });
    observer.observe(pane);
    return () => {
      ending.abort();
      observer.disconnect();
    };
  }

  /** In or out, with a stop at the whole picture and at its full size. */
  step(factor: number): void {
    this.zoomBy(stepFrom({ zoom: this.view.zoom, actual: this.actual }, factor));
  }

  /** One pixel of the picture is one of the screen. */
  fullSize(): void {
    this.zoomBy(this.actual / this.view.zoom);
  }

  fit(): void {
    this.see(whole);
  }

  /** The keys for the zoom; false for any other. */
  key(name: string): boolean {
    if (name === "+" || name === "=") this.step(1.5);
    else if (name === "-") this.step(1 / 1.5);
    else if (name === "0") this.fit();
    else if (name === "1") this.fullSize();
    else return false;
    return true;
  }

  /** Moves the picture so that a spot is well inside the pane. */
  reveal(at: Point): void {
    const box = boxOf(this.size, this.aspect, this.view);
    const x = box.left + at.x * box.width;
    const y = box.top + at.y * box.height;
    const room = Math.min(48, this.size.width / 4, this.size.height / 4);
    const need = (value: number, length: number): number =>
      value < room ? room - value : value > length - room ? length - room - value : 0;
    const [dx, dy] = [need(x, this.size.width), need(y, this.size.height)];
    if (dx !== 0 || dy !== 0) this.see(pan(this.size, this.aspect, this.view, dx, dy, this.actual));
  }

  private get actual(): number {
    return actualZoom(this.size, this.picture, devicePixelRatio);
  }

  private zoomBy(factor: number): void {
    this.zoomAt(factor, { x: this.size.width / 2, y: this.size.height / 2 });
  }

  private zoomAt(factor: number, at: { x: number; y: number }, from: View = this.view): void {
    this.see(zoomAt(this.size, this.aspect, from, factor, at, this.actual));
  }

  private see(view: View): void {
    if (this.size.width === 0) return;
    this.view = clamp(this.size, this.aspect, view, this.actual);
    const box = boxOf(this.size, this.aspect, this.view);
    const { style } = this.paper;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    style.transform = `translate(${box.left}px, ${box.top}px)`;
    this.seen({ zoom: this.view.zoom, actual: this.actual });
  }

  /** Where on the picture something in the window is, as shares of it; may lie outside. */
  place(event: { clientX: number; clientY: number }): Point {
    const bounds = this.paper.getBoundingClientRect();
    return { x: (event.clientX - bounds.left) / bounds.width, y: (event.clientY - bounds.top) / bounds.height };
  }

  private inside(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const bounds = this.pane.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  /** Once a pen has been used, a hand that rests on the glass moves the picture instead of painting. */
  private mayWork(event: PointerEvent): boolean {
    if (event.pointerType === "pen") this.penSeen = true;
    if (this.space || event.button === 1 || this.pointers.size > 1) return false;
    return !(this.penSeen && event.pointerType === "touch");
  }

  private readonly down = (event: PointerEvent): void => {
    if (event.button > 1 && !(event.pointerType === "pen" && event.button === 5)) return;
    // What lies on the picture and can be pressed looks after itself.
    if ((event.target as Element).closest("button")) return;
    if (event.button === 1) event.preventDefault();
    this.pane.setPointerCapture(event.pointerId);
    const at = this.inside(event);
    this.pointers.set(event.pointerId, { ...at, startX: at.x, startY: at.y });
    if (this.pointers.size === 1) this.pinched = false;
    else {
      this.pinched = true;
      if (this.worker !== null) this.hand.drop?.();
      this.worker = null;
    }
    if (this.mayWork(event) && this.hand.begin(this.place(event), event)) this.worker = event.pointerId;
  };

  private readonly move = (event: PointerEvent): void => {
    const last = this.pointers.get(event.pointerId);
    this.hand.hover?.(this.place(event), event);
    if (!last) return;
    if (event.pointerId === this.worker) {
      // Between two frames a pen reports many places: all of them belong to the stroke.
      const all = event.getCoalescedEvents?.() ?? [];
      this.hand.go?.((all.length > 0 ? all : [event]).map((one) => this.place(one)), event);
      return;
    }
    const now = this.inside(event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, { ...last, ...now });
    if (other) this.pinch(last, now, other);
    else if (this.worker === null) this.see(pan(this.size, this.aspect, this.view, now.x - last.x, now.y - last.y, this.actual));
  };

  private pinch(last: Held, now: { x: number; y: number }, other: Held): void {
    const before = Math.max(1, Math.hypot(last.x - other.x, last.y - other.y));
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / before;
    const moved = pan(this.size, this.aspect, this.view, (now.x - last.x) / 2, (now.y - last.y) / 2, this.actual);
    this.zoomAt(factor, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, moved);
  }

  private readonly up = (event: PointerEvent): void => {
    const held = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (event.pointerId === this.worker) {
      this.worker = null;
      this.hand.end?.();
    } else if (held && !this.pinched && !this.space && event.button === 0) {
      const at = this.inside(event);
      if (Math.hypot(at.x - held.startX, at.y - held.startY) <= steady) this.hand.tap?.(this.place(event));
    }
  };

  private readonly lost = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    if (event.pointerId !== this.worker) return;
    this.worker = null;
    this.hand.drop?.();
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.zoomAt(Math.exp(-pixels * perWheelPixel), this.inside(event));
  };

  /** The space bar drags, unless it presses a button or is typed. */
  private readonly bar = (event: KeyboardEvent): void => {
    if (event.key !== " ") return;
    const target = event.target as Element;
    if (event.type === "keydown" && target.closest?.(pressable)) return;
    if (event.type === "keydown") event.preventDefault();
    this.hold(event.type === "keydown");
  };

  private hold(down: boolean): void {
    this.space = down;
    this.pane.classList.toggle("cursor-grab", down);
  }
}
