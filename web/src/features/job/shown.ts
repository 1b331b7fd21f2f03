/** Which result of a photo is shown first. Values in, values out. */
import type { Photo, Rendition } from "../../api/types.ts";

type Shown = Pick<Photo, "chosen_rendition_id"> & { results: readonly Rendition[] };

/** In place of a version that was chosen: the newest one, whatever it will be. */
export const newest = "newest";

/** The favourite where one was chosen, else the newest. */
export const bestOf = ({ results, chosen_rendition_id }: Shown): Rendition | undefined =>
  results.find((one) => one.id === chosen_rendition_id) ?? results[0];

/** What somebody looked at last comes before the favourite, and so does what they have just had made. */
export const shownOf = (photo: Shown, wanted: string | null): Rendition | undefined =>
  wanted === newest ? photo.results[0] : (photo.results.find((one) => one.id === wanted) ?? bestOf(photo));
