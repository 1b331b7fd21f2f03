/** One picture at its place in a pane. */
import type { Box, Size } from "./view.ts";

interface Props {
  src: string;
  alt: string;
  box: Box;
  onShown?: () => void;
}

export function Layer({ src, alt, box, onShown }: Props) {
  return (
    <img
      src={src}
      alt={alt}
      draggable={false}
      onLoad={onShown}
      className="absolute top-0 left-0 max-w-none origin-top-left select-none"
      style={{ width: box.width, height: box.height, transform: `translate(${box.left}px, ${box.top}px)` }}
    />
  );
}

/** What was filled in, tinted. The mask is read by its brightness: white is shown, black is not. */
export function Marks({ mask, box }: { mask: string; box: Box }) {
  return (
    <div
      data-marks
      className="pointer-events-none absolute top-0 left-0 origin-top-left bg-mend opacity-60"
      style={{
        width: box.width,
        height: box.height,
        transform: `translate(${box.left}px, ${box.top}px)`,
        maskImage: `url("${mask}")`,
        maskMode: "luminance",
        maskSize: "100% 100%",
      }}
    />
  );
}

const inset = 10;

/** Says which picture is which, in a corner of the part that is seen. */
export function Tag({ children, side, pane, box }: { children: string; side: "left" | "right"; pane: Size; box: Box }) {
  const across = Math.max(0, box.left) + inset;
  const top = Math.max(0, box.top) + inset;
  const place = side === "left" ? { left: across, top } : { right: Math.max(0, pane.width - box.left - box.width) + inset, top };
  return (
    <span
      aria-hidden="true"
      className="pointer-events-none absolute rounded-md bg-black/65 px-2.5 py-1 text-sm font-medium text-white"
      style={place}
    >
      {children}
    </span>
  );
}
