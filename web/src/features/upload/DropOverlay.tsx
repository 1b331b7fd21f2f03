/** Photos may be dropped anywhere: the whole window says so while they are held over it. */
import { useEffect, useRef, useState } from "react";
import { m } from "../../messages/index.ts";
import { gather } from "./files.ts";
import { notice } from "./notice.ts";
import { addPhotos } from "./start.ts";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

function drop(event: DragEvent): void {
  if (!event.dataTransfer) return;
  void gather(event.dataTransfer).then(({ files, skipped }) => {
    notice.set(files.length === 0 ? m.upload.noPhotos : skipped > 0 ? m.upload.skipped(skipped) : null);
    addPhotos(files);
  });
}

export function DropOverlay() {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const on = (change: number) => (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth.current = Math.max(0, depth.current + change);
      setOver(depth.current > 0);
    };
    const enter = on(1);
    const leave = on(-1);
    const above = on(0);
    const dropped = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      drop(event);
    };
    const pairs = [["dragenter", enter], ["dragleave", leave], ["dragover", above], ["drop", dropped]] as const;
    for (const [name, listener] of pairs) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of pairs) window.removeEventListener(name, listener);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-40 grid place-items-center bg-page/90 p-4">
      <div className="grid size-full place-items-center rounded-3xl border-4 border-dashed border-glow text-center">
        <div>
          <p className="text-3xl font-semibold tracking-tight">{m.upload.letGo}</p>
          <p className="mt-2 text-soft">{m.upload.letGoHint}</p>
        </div>
      </div>
    </div>
  );
}
