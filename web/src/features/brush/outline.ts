/** The outline of the brush: as wide as what it paints at the present zoom. */
import type { Point } from "../../api/types.ts";

const smallest = 6;

export function outline(ring: HTMLElement | null, paper: HTMLElement | null, at: Point | null, radius: number): void {
  if (!ring || !paper) return;
  ring.hidden = at === null;
  if (!at) return;
  const { clientWidth: width, clientHeight: height } = paper;
  const diameter = Math.max(smallest, 2 * radius * Math.max(width, height));
  ring.style.width = ring.style.height = `${diameter}px`;
  ring.style.transform = `translate(${at.x * width - diameter / 2}px, ${at.y * height - diameter / 2}px)`;
}
