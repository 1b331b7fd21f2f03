/** The keys for the size and the kind of the brush, wherever the focus is. */
import { useEffect, useRef } from "react";
import { asked } from "../edit/useHistory.ts";
import type { Mode } from "./strokes.ts";

export function useBrushKeys(onSize: (by: number) => void, onMode: (mode: Mode) => void) {
  const latest = useRef({ onSize, onMode });
  latest.current = { onSize, onMode };
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || asked()) return;
      if (event.key === "[") latest.current.onSize(-1);
      else if (event.key === "]") latest.current.onSize(1);
      else if (event.key.toLowerCase() === "b") latest.current.onMode("add");
      else if (event.key.toLowerCase() === "e") latest.current.onMode("erase");
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);
}
