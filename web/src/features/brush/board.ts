/**
 * The mask on a canvas: painted stroke by stroke as they come, and painted anew from its beginning when one is taken
 * back. What is marked is opaque, in one colour; the page shows it half transparent over the picture.
 */
import type { Point } from "../../api/types.ts";
import { type Act, begins, type Mode, type Size, type Stroke } from "./strokes.ts";

/** The colour of what is marked, as `--mend` in the style sheet: nothing in an old photo looks like it. */
const tint = [240, 24, 140] as const;
const colour = `rgb(${tint.join(" ")})`;
/** The side of the small copy on which the marked share is counted. */
const sample = 256;

function blank({ width, height }: Size): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot paint.");
  return context;
}

/** A grey mask becomes our colour, as opaque as the mask is white. */
function tinted(mask: ImageBitmap, size: Size): HTMLCanvasElement {
  const context = blank(size);
  context.drawImage(mask, 0, 0, size.width, size.height);
  const image = context.getImageData(0, 0, size.width, size.height);
  const bytes = image.data;
  for (let index = 0; index < bytes.length; index += 4) {
    bytes[index + 3] = bytes[index] ?? 0;
    bytes[index] = tint[0];
    bytes[index + 1] = tint[1];
    bytes[index + 2] = tint[2];
  }
  context.putImageData(image, 0, 0);
  return context.canvas;
}

export class Board {
  private readonly context: CanvasRenderingContext2D;
  private readonly size: Size;
  private readonly base: HTMLCanvasElement | null;
  private shown: readonly Act[] = [];
  private live: Stroke | null = null;

  /** Paints on `canvas`, which takes the given size, beginning with a mask or with nothing. */
  constructor(canvas: HTMLCanvasElement, size: Size, mask: ImageBitmap | null) {
    canvas.width = size.width;
    canvas.height = size.height;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser cannot paint.");
    this.context = context;
    this.size = size;
    this.base = mask ? tinted(mask, size) : null;
    this.repaint([]);
  }

  /** The next piece of a stroke that is still being made. */
  draw(stroke: Stroke, from: number): void {
    this.live = stroke;
    this.line(stroke.mode, stroke.radius, stroke.points.slice(Math.max(0, from - 1)));
  }

  /** The stroke that was being made is taken back. */
  drop(): void {
    if (this.live) this.repaint(this.shown);
    this.live = null;
  }

  /** Shows exactly these acts; a stroke that is on the canvas already is not painted twice. */
  show(acts: readonly Act[]): void {
    const from = begins(this.shown, acts);
    const fresh = from < 0 ? [] : acts.slice(from);
    if (from < 0 || (this.live && fresh[0] !== this.live)) this.repaint(acts);
    else for (const act of fresh) if (act !== this.live) this.act(act);
    this.shown = acts;
    this.live = null;
  }

  /** The marked share of the picture, 0 to 1. */
  share(): number {
    const small = blank({ width: sample, height: sample });
    small.drawImage(this.context.canvas, 0, 0, sample, sample);
    const { data } = small.getImageData(0, 0, sample, sample);
    let sum = 0;
    for (let index = 3; index < data.length; index += 4) sum += data[index] ?? 0;
    return sum / (255 * sample * sample);
  }

  /** The mask as the server takes it: white where it is marked, black elsewhere. */
  png(): Promise<Blob> {
    const target = blank(this.size);
    target.drawImage(this.context.canvas, 0, 0);
    target.globalCompositeOperation = "source-in";
    target.fillStyle = "#fff";
    target.fillRect(0, 0, this.size.width, this.size.height);
    target.globalCompositeOperation = "destination-over";
    target.fillStyle = "#000";
    target.fillRect(0, 0, this.size.width, this.size.height);
    return new Promise((resolve, reject) =>
      target.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The mask could not be written."))), "image/png"),
    );
  }

  private repaint(acts: readonly Act[]): void {
    const cleared = acts.findLastIndex((act) => act.mode === "clear");
    this.wipe();
    if (this.base && cleared < 0) this.context.drawImage(this.base, 0, 0);
    for (const act of acts.slice(cleared + 1)) this.act(act);
  }

  private wipe(): void {
    this.context.clearRect(0, 0, this.size.width, this.size.height);
  }

  private act(act: Act): void {
    if (act.mode === "clear") this.wipe();
    else this.line(act.mode, act.radius, act.points);
  }

  private line(mode: Mode, radius: number, points: readonly Point[]): void {
    const { width, height } = this.size;
    const [first, ...rest] = points;
    if (!first) return;
    const context = this.context;
    context.globalCompositeOperation = mode === "add" ? "source-over" : "destination-out";
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = Math.max(1.5, 2 * radius * Math.max(width, height));
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    if (rest.length === 0) {
      context.arc(first.x * width, first.y * height, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
    } else {
      context.moveTo(first.x * width, first.y * height);
      for (const point of rest) context.lineTo(point.x * width, point.y * height);
      context.stroke();
    }
    context.globalCompositeOperation = "source-over";
  }
}

/** A mask as it comes from the server; its numbers are not to be changed by any colour management. */
export async function loadMask(url: string): Promise<ImageBitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The mask could not be loaded.");
  return createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}
