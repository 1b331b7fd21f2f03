/** The spot under the finger, larger and out of its way. */
import type { Point } from "../../api/types.ts";
import type { Size } from "../compare/view.ts";

const largest = 128;
const power = 3;

export function Magnifier({ src, at, size }: { src: string; at: Point; size: Size }) {
  const diameter = Math.min(largest, size.width / 3);
  const left = at.x < 0.5;
  return (
    <div
      aria-hidden="true"
      className={`pointer-events-none absolute top-2 z-10 overflow-hidden rounded-full border-2 border-white bg-mat shadow-lift ${left ? "right-2" : "left-2"}`}
      style={{ width: diameter, height: diameter }}
    >
      <img
        src={src}
        alt=""
        className="absolute max-w-none"
        style={{
          width: size.width * power,
          height: size.height * power,
          left: diameter / 2 - 2 - at.x * size.width * power,
          top: diameter / 2 - 2 - at.y * size.height * power,
        }}
      />
      <span className="absolute inset-x-0 top-1/2 h-px bg-glow" />
      <span className="absolute inset-y-0 left-1/2 w-px bg-glow" />
    </div>
  );
}
