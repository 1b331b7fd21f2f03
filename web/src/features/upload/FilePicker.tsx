/** A button that opens the browser's own file chooser, or the camera. */
import { type ChangeEvent, type ReactNode, useRef } from "react";
import { Button } from "../../ui/Button.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { addPhotos } from "./start.ts";

const accept = "image/*,.jpg,.jpeg,.png,.webp,.heic,.heif,.avif,.tif,.tiff";

interface Props {
  children: ReactNode;
  icon?: IconName;
  look?: "strong" | "plain" | "quiet";
  className?: string;
  /** Takes a picture with the camera at the back instead of choosing a file. */
  camera?: boolean;
}

export function FilePicker({ children, camera = false, ...button }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = Array.from(event.target.files ?? []);
    event.target.value = "";
    addPhotos(files);
  };
  return (
    <>
      <Button {...button} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={camera ? "image/*" : accept}
        multiple={!camera}
        {...(camera ? { capture: "environment" as const } : {})}
        data-picker={camera ? "camera" : "files"}
        onChange={chosen}
      />
    </>
  );
}
