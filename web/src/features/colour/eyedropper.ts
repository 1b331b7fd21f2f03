/** Takes a colour out of a picture. */
import type { Point } from "../../api/types.ts";
import { middleColour } from "./dabs.ts";

/** Pixels to each side that are taken together: a single one is mostly grain. */
const reach = 2;

export async function colourAt(url: string, at: Point): Promise<string | null> {
  if (at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1) return null;
  const response = await fetch(url);
  const picture = await createImageBitmap(await response.blob());
  const side = 2 * reach + 1;
  const context = new OffscreenCanvas(side, side).getContext("2d");
  const left = Math.min(picture.width - side, Math.max(0, Math.round(at.x * picture.width) - reach));
  const top = Math.min(picture.height - side, Math.max(0, Math.round(at.y * picture.height) - reach));
  context?.drawImage(picture, left, top, side, side, 0, 0, side, side);
  picture.close();
  const image = context?.getImageData(0, 0, side, side);
  return image ? middleColour(image.data) : null;
}
