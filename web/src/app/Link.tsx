/** A link inside the page: a plain click stays in the page, any other click does what the browser does. */
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { navigate } from "./route.ts";

export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(new URL(event.currentTarget.href).pathname);
}

export function Link(props: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return <a onClick={follow} {...props} />;
}
