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

export const whole: View = { zoom: 1, x: 0.5, y: 0.5 };
export const maxZoom = 12;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The largest size of the given aspect (width / height) that fits into the pane. */
export function fit(pane: Size, aspect: number): Size {
  const width = Math.min(pane.width, pane.height * aspect);
  return { width, height: width / aspect };
}

export function boxOf(pane: Size, aspect: number, view: View): Box {
  const size = fit(pane, aspect);
  const width = size.width * view.zoom;
  const height = size.height * view.zoom;
  return { width, height, left: pane.width / 2 - view.x * width, top: pane.height / 2 - view.y * height };
}

/** Keeps the zoom in bounds and the photo in the pane: no empty side while the other one is cut off. */
export function clamp(pane: Size, aspect: number, view: View): View {
  const zoom = within(view.zoom, 1, maxZoom);
  const { width, height } = boxOf(pane, aspect, { ...view, zoom });
  const keep = (value: number, length: number, room: number): number =>
    length <= room ? 0.5 : within(value, room / 2 / length, 1 - room / 2 / length);
  return { zoom, x: keep(view.x, width, pane.width), y: keep(view.y, height, pane.height) };
}

/** Zooms by a factor so that the spot under `at` (pixels in the pane) stays where it is. */
export function zoomAt(pane: Size, aspect: number, view: View, factor: number, at: { x: number; y: number }): View {
  const zoom = within(view.zoom * factor, 1, maxZoom);
  const from = boxOf(pane, aspect, view);
  const to = boxOf(pane, aspect, { ...view, zoom });
  const spotX = (at.x - from.left) / from.width;
  const spotY = (at.y - from.top) / from.height;
  return clamp(pane, aspect, {
    zoom,
    x: spotX - (at.x - pane.width / 2) / to.width,
    y: spotY - (at.y - pane.height / 2) / to.height,
  });
}

/** Moves the photo by pixels. */
export function pan(pane: Size, aspect: number, view: View, dx: number, dy: number): View {
  const box = boxOf(pane, aspect, view);
  return clamp(pane, aspect, { ...view, x: view.x - dx / box.width, y: view.y - dy / box.height });
}

/** The part of the pane, left to right, in which the photo is seen: the divider moves inside it. */
export function visible(pane: Size, box: Box): { from: number; to: number } {
  return { from: Math.max(0, box.left), to: Math.min(pane.width, box.left + box.width) };
}
