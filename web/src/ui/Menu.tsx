/** A button that opens a few links below it: a plain disclosure, so Tab and Escape do what one expects. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icons.tsx";

interface Props {
  icon: IconName;
  label: string;
  className?: string;
  children: (close: () => void) => ReactNode;
}

export function Menu({ icon, label, className = "", children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const pressed = (event: KeyboardEvent) => {
      // Only who leaves by the keyboard closes it: a page that has just been loaded takes the focus, too.
      if (event.key === "Tab") requestAnimationFrame(() => box.current?.contains(document.activeElement) || setOpen(false));
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("keydown", pressed);
    };
  }, [open]);
  return (
    <div ref={box} className={`relative ${className}`}>
      <button
        ref={button}
        type="button"
        aria-label={label}
        title={label}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="inline-grid size-11 place-items-center rounded-lg hover:bg-sunken aria-expanded:bg-sunken"
      >
        <Icon name={icon} />
      </button>
      <div
        id={id}
        hidden={!open}
        className="absolute top-full right-0 z-30 mt-1 w-72 rounded-xl border border-line bg-surface p-1.5 shadow-lift"
      >
        {open && children(() => setOpen(false))}
      </div>
    </div>
  );
}

export const menuItem =
  "flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-left text-[0.9375rem] font-medium hover:bg-sunken";
