/** The order of the tiles, and what part of a photo its tile shows. Values in, values out. */
import type { Point } from "../../api/types.ts";
import type { Item } from "../upload/queue.ts";

export type Tile<P> = { photo: P } | { item: Item };

interface Placed {
  batch: number;
  place: number;
}

/**
 * The newest first; photos that were dropped together stay together, in the order in which they were dropped, whether they
 * are still on their way or not. Photos come newest first.
 */
export function arrange<P extends { id: string; created_at: string }>(
  photos: readonly P[],
  coming: readonly Item[],
  placeOf: ReadonlyMap<string, Placed>,
): Tile<P>[] {
  const tiles = [
    ...coming.map((item) => ({ tile: { item } as Tile<P>, at: item.batch, place: item.place })),
    ...photos.map((photo, index) => {
      const placed = placeOf.get(photo.id);
      return { tile: { photo } as Tile<P>, at: placed?.batch ?? Date.parse(photo.created_at), place: placed?.place ?? index };
    }),
  ];
  return tiles.sort((a, b) => b.at - a.at || a.place - b.place).map(({ tile }) => tile);
}

/** The part of a picture that a square tile shows, as `object-position`: a face in the middle, as far as there is picture. */
export function position(focus: Point | null | undefined, aspect: number): string | undefined {
  if (!focus) return undefined;
  const along = (at: number, length: number): number => {
    const hidden = length - 1;
    return hidden <= 0 ? 50 : Math.round((Math.min(hidden, Math.max(0, at * length - 0.5)) / hidden) * 100);
  };
  return `${along(focus.x, aspect)}% ${along(focus.y, 1 / aspect)}%`;
}
