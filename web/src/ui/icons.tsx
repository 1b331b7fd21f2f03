/** The icons of the page: drawn on a 24 by 24 grid, 1.75 wide lines, always decorative. */
const paths = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  check: "m5 12.5 4.5 4.5L19 7.5",
  cross: "m6 6 12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  down: "m6 9.5 6 6 6-6",
  download: "M12 4v11m-4.5-4 4.5 4.5 4.5-4.5M5 19.5h14",
  camera:
    "M4 8.5A1.5 1.5 0 0 1 5.5 7h2l1.3-2h6.4l1.3 2h2A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z",
  photo:
    "M5.5 4.5h13A1.5 1.5 0 0 1 20 6v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.5zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
  lock: "M7 10.5V8a5 5 0 0 1 10 0v2.5M6.5 10.5h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z",
  shield: "M12 3.5 5 6v5.5c0 4.2 2.9 7.3 7 9 4.1-1.7 7-4.8 7-9V6zm-3 8.5 2.2 2.2L15.5 10",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M5.6 18.4l1-1M17.4 6.6l1-1",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  trash: "M4.5 7h15M9.5 7V4.5h5V7m-8 0 .8 12.5h9.4L17.5 7M10 10.5v5.5M14 10.5v5.5",
  slider: "m9 7.5-4.5 4.5L9 16.5M15 7.5l4.5 4.5-4.5 4.5",
  columns: "M4.5 5.5h15v13h-15zM12 5.5v13",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  fit: "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15",
  corners: "M5 7.5 17.5 5l2 12.5-13.5 2zM5 7.5h.01M17.5 5h.01M19.5 17.5h.01M6 19.5h.01",
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4",
  undo: "M8.5 5 4.5 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11h-3.5",
  redo: "m15.5 5 4 4-4 4M19.5 9H10a5.5 5.5 0 0 0 0 11h3.5",
  brush: "M20 4c-3.5.8-8.3 5-10.3 8.6l2.2 2.2C15.5 12.8 19.4 7.6 20 4zM8.6 13.8c-2.3.2-2.5 2-2.9 3.4-.3 1-1 1.6-2 1.9 1.5 1.2 4.8 1.6 6.4 0 1-1 1.1-2.5.6-3.5",
  eraser: "M9.5 19.5 4.6 14.6a1.5 1.5 0 0 1 0-2.1l8-8a1.5 1.5 0 0 1 2.1 0l4.8 4.8a1.5 1.5 0 0 1 0 2.1l-8.1 8.1zM9 8l7 7M9.5 19.5H20",
  broom: "M4.5 7h15M9.5 7V4.5h5V7M12 11v5M7 7l.8 12.5h8.4L17 7",
  mended: "M4.5 5.5h15v13h-15zM8 15.5c2-5 3.5 1 5-3s2-3.5 3.5-4",
  drop: "M12 3.8c3 3.6 5.5 6.6 5.5 9.9a5.5 5.5 0 0 1-11 0c0-3.3 2.5-6.3 5.5-9.9z",
  pipette: "m4.5 19.5 1-3.5 8-8 2.5 2.5-8 8zM12.5 6l5.5 5.5M15 8.5l2.3-2.3a1.8 1.8 0 0 1 2.5 2.5L17.5 11",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
  coin: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM14.8 9.2a3.6 3.6 0 1 0 0 5.6",
  leave: "M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M9.5 12h10m-4-4 4 4-4 4",
  copy: "M9 8.5h9.5v12H9zM5.5 15.5V3.5h9.5",
  alert: "M12 8v5M12 16.5h.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className = "size-5" }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}

export function Flame({ className = "size-6" }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className={`shrink-0 ${className}`}>
      <path
        fill="var(--glow)"
        d="M17 2c.8 5.5-8 9.5-8 17.6a8.1 8.1 0 0 0 16.2.5c0-3.5-1.8-5.8-3.1-7.2-.3 2-1.2 3.3-2.3 3.8.8-5.8-.4-11.7-2.8-14.7z"
      />
      <path fill="var(--page)" d="M17 18.5c.4 2.7-2.7 3.6-2.7 6.5a3.1 3.1 0 0 0 6.2 0c0-2.7-2.2-3.9-3.5-6.5z" />
    </svg>
  );
}
