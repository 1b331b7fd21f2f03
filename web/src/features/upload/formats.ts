/** File formats as people know them. */
import { m } from "../../messages/index.ts";

const names: Record<string, string> = {
  jpeg: "JPEG",
  png: "PNG",
  webp: "WebP",
  heic: "HEIC",
  avif: "AVIF",
  tiff: "TIFF",
};

/** `["jpeg", "png"]` becomes "JPEG or PNG". */
export function formatNames(formats: readonly string[]): string {
  const known = formats.map((format) => names[format] ?? format.toUpperCase());
  return known.length < 2 ? known.join("") : m.upload.or(known.slice(0, -1).join(", "), known.at(-1) ?? "");
}
