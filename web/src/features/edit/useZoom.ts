/** How far in a picture is that is worked on. Moving it about changes nothing here, so that nothing is drawn anew. */
import { useCallback, useState } from "react";
import type { Zoom } from "../compare/view.ts";

export function useZoom() {
  const [zoom, set] = useState<Zoom>({ zoom: 1, actual: 1 });
  const tell = useCallback(
    (next: Zoom) => set((old) => (old.zoom === next.zoom && old.actual === next.actual ? old : next)),
    [],
  );
  return [zoom, tell] as const;
}
