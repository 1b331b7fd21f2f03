/** A picture that is pasted anywhere is taken like one that is dropped. */
import { useEffect } from "react";
import { m } from "../../messages/index.ts";
import { gather } from "./files.ts";
import { addPhotos } from "./start.ts";

/** Browsers call every pasted picture image.png. */
const named = (file: File): File =>
  file.name === "image.png" ? new File([file], `${m.upload.pastedName}.png`, { type: file.type }) : file;

export function usePaste(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      void gather(event.clipboardData).then(({ files }) => addPhotos(files.map(named)));
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}
