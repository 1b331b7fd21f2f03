/** The four corners of a print in a photo, clockwise from the top left, each 0..1 of the upright photo. */
import type { Point } from "../../api/types.ts";

export type Quad = readonly [Point, Point, Point, Point];

export const fullFrame: Quad = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** Smaller is a slip of the hand, not a photo. A share of the whole area. */
const smallestArea = 0.01;

export const asQuad = (points: readonly Point[] | null | undefined): Quad | null =>
  points?.length === 4 ? (points as unknown as Quad) : null;

const cross = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);

const area = ([a, b, c, d]: Quad): number =>
  Math.abs((c.x - a.x) * (d.y - b.y) - (d.x - b.x) * (c.y - a.y)) / 2;

/** Convex, clockwise and not tiny: what can be made into a rectangle. */
export function sound(quad: Quad): boolean {
  const [a, b, c, d] = quad;
  const turns = [cross(a, b, c), cross(b, c, d), cross(c, d, a), cross(d, a, b)];
  return turns.every((turn) => turn > 1e-4) && area(quad) >= smallestArea;
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

const replace = (quad: Quad, changes: ReadonlyMap<number, Point>): Quad =>
  quad.map((point, index) => changes.get(index) ?? point) as unknown as Quad;

/** Puts one corner somewhere; where that would fold the shape it stays. */
export function moveCorner(quad: Quad, index: number, to: Point): Quad {
  const moved = replace(quad, new Map([[index, { x: within(to.x), y: within(to.y) }]]));
  return sound(moved) ? moved : quad;
}

/** Edge 0 is the top one, then clockwise; it lies between corners `edge` and `edge + 1`. */
export const edgeEnds = (edge: number): readonly [number, number] => [edge, (edge + 1) % 4];

export function edgeMiddle(quad: Quad, edge: number): Point {
  const [from, to] = edgeEnds(edge);
  const a = quad[from] ?? fullFrame[0];
  const b = quad[to] ?? fullFrame[0];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** Moves an edge with both its corners, as far as both stay inside. Top and bottom go up and down, the others sideways. */
export function moveEdge(quad: Quad, edge: number, by: Point): Quad {
  const [from, to] = edgeEnds(edge);
  const a = quad[from] ?? fullFrame[0];
  const b = quad[to] ?? fullFrame[0];
  const upright = edge % 2 === 0;
  const wanted = upright ? by.y : by.x;
  const [low, high] = upright ? [Math.min(a.y, b.y), Math.max(a.y, b.y)] : [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const step = Math.min(1 - high, Math.max(-low, wanted));
  const shift = (point: Point): Point => (upright ? { x: point.x, y: point.y + step } : { x: point.x + step, y: point.y });
  const moved = replace(quad, new Map([[from, shift(a)], [to, shift(b)]]));
  return sound(moved) ? moved : quad;
}
