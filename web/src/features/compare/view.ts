/**
 * Where a photo lies in a pane. A view names the point of the photo (0..1) in the middle of the pane and the zoom, 1 being
 * the whole photo. Panes of different size that share a view show the same spot: this is what keeps them in step.
 */
export interface Size {
  width: number;
  height: number;
}

export interface View {
  zoom: number;
  x: number;
  y: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

/** How far in a view is: `zoom` 1 is the whole photo, `actual` the zoom at which its pixels are those of the screen. */
export interface Zoom {
  zoom: number;
  actual: number;
}

export const whole: View = { zoom: 1, x: 0.5, y: 0.5 };
export const maxZoom = 12;
/** A zoom nearer than this share to another one looks the same. */
const alike = 0.005;
/** A step that ends nearer than this share before a landmark goes on to it: nobody wants a tiny step next. */
const nearly = 0.1;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The largest size of the given aspect (width / height) that fits into the pane. */
export function fit(pane: Size, aspect: number): Size {
  const width = Math.min(pane.width, pane.height * aspect);
  return { width, height: width / aspect };
}

/** The zoom at which a picture of this many pixels takes as many of the screen, of which `density` make one of the page. */
export function actualZoom(pane: Size, picture: Size, density: number): number {
  const { width } = fit(pane, picture.width / picture.height);
  return width > 0 ? picture.width / density / width : 1;
}

export const isSame = (one: number, other: number): boolean => Math.abs(one / other - 1) < alike;

/** How large the pixels of the picture are, 1 being those of the screen; null where it is simply fitted into the pane. */
export const shownScale = ({ zoom, actual }: Zoom): number | null =>
  isSame(zoom, 1) && !isSame(actual, 1) ? null : zoom / actual;

/** The factor of a step in or out, which never goes past the whole photo or its full size without stopping there. */
export function stepFrom({ zoom, actual }: Zoom, factor: number): number {
  const ahead = (stop: number): boolean => !isSame(stop, zoom) && (factor > 1 ? stop > zoom : stop < zoom);
  const reach = zoom * factor * (factor > 1 ? 1 + nearly : 1 - nearly);
  const met = [1, actual].filter((stop) => ahead(stop) && (factor > 1 ? stop < reach : stop > reach));
  if (met.length === 0) return factor;
  return (factor > 1 ? Math.min(...met) : Math.max(...met)) / zoom;
}

/** Panes of another size show the photo as large as before, unless all of it is to be seen. */
export const rescaled = (view: View, aspect: number, from: Size, to: Size): View =>
  isSame(view.zoom, 1) ? whole : { ...view, zoom: (view.zoom * fit(from, aspect).width) / fit(to, aspect).width };

/** A zoom in bounds: from the whole photo, or its full size where that is smaller, to the largest, or full size. */
const bounded = (zoom: number, actual: number): number => within(zoom, Math.min(1, actual), Math.max(maxZoom, actual));

export function boxOf(pane: Size, aspect: number, view: View): Box {
  const size = fit(pane, aspect);
  const width = size.width * view.zoom;
  const height = size.height * view.zoom;
  return { width, height, left: pane.width / 2 - view.x * width, top: pane.height / 2 - view.y * height };
}

/** Keeps the zoom in bounds and the photo in the pane: no empty side while the other one is cut off. */
export function clamp(pane: Size, aspect: number, view: View, actual = 1): View {
  const zoom = bounded(view.zoom, actual);
  const { width, height } = boxOf(pane, aspect, { ...view, zoom });
  const keep = (value: number, length: number, room: number): number =>
    length <= room ? 0.5 : within(value, room / 2 / length, 1 - room / 2 / length);
  return { zoom, x: keep(view.x, width, pane.width), y: keep(view.y, height, pane.height) };
}

/** Zooms by a factor so that the spot under `at` (pixels in the pane) stays where it is. */
export function zoomAt(pane: Size, aspect: number, view: View, factor: number, at: { x: number; y: number }, actual = 1): View {
  const zoom = bounded(view.zoom * factor, actual);
  const from = boxOf(pane, aspect, view);
  const to = boxOf(pane, aspect, { ...view, zoom });
  const spotX = (at.x - from.left) / from.width;
  const spotY = (at.y - from.top) / from.height;
  const x = spotX - (at.x - pane.width / 2) / to.width;
  const y = spotY - (at.y - pane.height / 2) / to.height;
  return clamp(pane, aspect, { zoom, x, y }, actual);
}

/** Moves the photo by pixels. */
export function pan(pane: Size, aspect: number, view: View, dx: number, dy: number, actual = 1): View {
  const box = boxOf(pane, aspect, view);
  return clamp(pane, aspect, { ...view, x: view.x - dx / box.width, y: view.y - dy / box.height }, actual);
}

/** The part of the pane, left to right, in which the photo is seen: the divider moves inside it. */
export function visible(pane: Size, box: Box): { from: number; to: number } {
  return { from: Math.max(0, box.left), to: Math.min(pane.width, box.left + box.width) };
}
