/** How a version was made, in few words. Values in, values out. */
import { colours, mends, type Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";

function describeMaking({ operation, options }: Wish): string {
  const words = m.options.short;
  const parts = [
    operation === "restyle" && options.style ? m.making.styles[options.style] : words[operation],
    operation === "enhance" && options.enhancement && m.making.enhancements[options.enhancement].name,
    operation === "animate" && words.seconds(options.seconds),
    options.prompt !== "" && words.prompt,
  ];
  return parts.filter(Boolean).join(", ");
}

export function describe(wish: Wish): string {
  const { operation, options } = wish;
  if (!mends(operation)) return describeMaking(wish);
  const words = m.options.short;
  const parts = [
    operation !== "colorize" && words[options.strength],
    words[operation],
    options.enlarge > 1 && words.enlarge(options.enlarge),
    options.keep_tone && words.keepTone,
    options.mask_id && words.mask,
    colours(operation) && options.hints.length > 0 && words.dabs(options.hints.length),
    options.prompt !== "" && words.prompt,
  ];
  return parts.filter(Boolean).join(", ");
}
