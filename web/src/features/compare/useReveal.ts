/** On first sight the divider glides from the old photo to the middle: the result shows itself without a word. */
import { useCallback, useRef } from "react";

const length = 1100;

export function useReveal(set: (share: number) => void) {
  const started = useRef(false);
  const frame = useRef(0);
  const stop = useCallback(() => cancelAnimationFrame(frame.current), []);
  const start = useCallback(() => {
    if (started.current) return;
    started.current = true;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return set(0.5);
    const begin = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, (now - begin) / length);
      set(1 - 0.5 * (1 - (1 - t) ** 3));
      if (t < 1) frame.current = requestAnimationFrame(step);
    };
    frame.current = requestAnimationFrame(step);
  }, [set]);
  return { start, stop };
}
