/** A photo as the browser sees it; nothing where the browser cannot show its format. */
import { useState } from "react";

export function Picture({ src, className = "" }: { src: string; className?: string }) {
  const [shown, setShown] = useState(false);
  const [bad, setBad] = useState(false);
  if (bad) return null;
  return (
    <img
      src={src}
      alt=""
      onLoad={() => setShown(true)}
      onError={() => setBad(true)}
      className={`${className} transition-opacity duration-300 ${shown ? "" : "opacity-0"}`}
    />
  );
}
