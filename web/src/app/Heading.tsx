/** The heading of a page. After a move inside the page it takes the focus, so that a screen reader says where one is. */
import { type ReactNode, useEffect, useRef } from "react";
import { m } from "../messages/index.ts";
import { wasNavigated } from "./route.ts";

interface Props {
  /** The title of the window. */
  title?: string;
  className?: string;
  children: ReactNode;
}

export function Heading({ title, className, children }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title ? `${title} · ${m.app.name}` : m.app.name;
  }, [title]);
  useEffect(() => {
    if (wasNavigated()) ref.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={ref} tabIndex={-1} className={className}>
      {children}
    </h1>
  );
}
