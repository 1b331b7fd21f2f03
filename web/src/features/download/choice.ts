/** How a result is written to a file: the choice, and the address that gives it. */
import type { Rendition } from "../../api/types.ts";

export const formats = ["jpeg", "png", "webp", "tiff"] as const;
export const metadatas = ["keep", "no_location", "strip"] as const;

export interface Choice {
  format: (typeof formats)[number];
  quality: number;
  depth: 8 | 16;
  metadata: (typeof metadatas)[number];
}

export const usual: Choice = { format: "jpeg", quality: 92, depth: 8, metadata: "keep" };

export const hasQuality = (choice: Choice): boolean => choice.format === "jpeg" || choice.format === "webp";
export const hasDepth = (choice: Choice): boolean => choice.format === "tiff" || choice.format === "png";

type Downloaded = Pick<Rendition, "download_url" | "media">;

/** Only what applies to the format is sent. A film is what it is. */
export function downloadUrl(rendition: Downloaded, choice: Choice): string {
  const [path = "", query = ""] = rendition.download_url.split("?");
  const parameters = new URLSearchParams(query);
  if (rendition.media === "film") {
    parameters.set("format", "mp4");
    return `${path}?${parameters}`;
  }
  parameters.set("format", choice.format);
  if (hasQuality(choice)) parameters.set("quality", String(choice.quality));
  if (hasDepth(choice)) parameters.set("depth", String(choice.depth));
  parameters.set("metadata", choice.metadata);
  return `${path}?${parameters}`;
}

export const quickDownload = (rendition: Downloaded): string => downloadUrl(rendition, usual);

const key = "rekindle.download";

/** What was chosen last, where it still makes sense. */
export function remembered(): Choice {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Choice>;
    const merged = { ...usual, ...stored };
    const sound = formats.includes(merged.format) && metadatas.includes(merged.metadata) && [8, 16].includes(merged.depth);
    return sound && merged.quality >= 1 && merged.quality <= 100 ? merged : usual;
  } catch {
    return usual;
  }
}

export function remember(choice: Choice): void {
  try {
    localStorage.setItem(key, JSON.stringify(choice));
  } catch {
    // Storage may be switched off; the next download starts from the usual choice.
  }
}
