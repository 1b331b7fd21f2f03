/** Three addresses do not need a library. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "home" }
  | { page: "photo"; id: string }
  | { page: "corners"; id: string }
  | { page: "unknown" };

export const paths = {
  home: "/",
  photo: (id: string) => `/photos/${id}`,
  corners: (id: string) => `/photos/${id}/corners`,
};

export function parse(path: string): Route {
  const [first, id, last, ...rest] = path.split("/").filter(Boolean);
  if (first === undefined) return { page: "home" };
  if (first !== "photos" || rest.length > 0) return { page: "unknown" };
  if (id === undefined) return { page: "home" };
  if (last === undefined) return { page: "photo", id };
  return last === "corners" ? { page: "corners", id } : { page: "unknown" };
}

const changed = "rekindle:navigated";
let moved = false;

/** Whether the page shown was reached from inside, not by loading it. */
export const wasNavigated = (): boolean => moved;

export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname) return;
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  moved = true;
  window.scrollTo(0, 0);
  window.dispatchEvent(new Event(changed));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(changed, listener);
  };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
