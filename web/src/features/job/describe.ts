/** How a version was made, in few words. Values in, values out. */
import { colours, type Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";

export function describe({ operation, options }: Wish): string {
  const words = m.options.short;
  const parts = [
    operation !== "colorize" && words[options.strength],
    words[operation],
    options.enlarge > 1 && words.enlarge(options.enlarge),
    options.keep_tone && words.keepTone,
    options.mask_id && words.mask,
    colours(operation) && options.hints.length > 0 && words.dabs(options.hints.length),
  ];
  return parts.filter(Boolean).join(", ");
}
