/** Five addresses do not need a library. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "home" }
  | { page: "photo"; id: string }
  | { page: "corners"; id: string }
  | { page: "brush" | "colour"; id: string; version: number | null }
  | { page: "unknown" };

export const paths = {
  home: "/",
  photo: (id: string) => `/photos/${id}`,
  corners: (id: string) => `/photos/${id}/corners`,
  /** Of a version of the photo; without one, of the newest, or of the photo as it came. */
  brush: (id: string, version?: number) => editor(id, "brush", version),
  colour: (id: string, version?: number) => editor(id, "colour", version),
};

const editor = (id: string, page: string, version?: number): string =>
  version === undefined ? `/photos/${id}/${page}` : `/photos/${id}/${page}/${version}`;

export function parse(path: string): Route {
  const [first, id, page, version, ...rest] = path.split("/").filter(Boolean);
  if (first === undefined) return { page: "home" };
  if (first !== "photos" || rest.length > 0) return { page: "unknown" };
  if (id === undefined) return { page: "home" };
  if (page === undefined) return { page: "photo", id };
  if (page === "corners" && version === undefined) return { page, id };
  if ((page === "brush" || page === "colour") && /^\d*$/.test(version ?? "")) {
    return { page, id, version: version === undefined ? null : Number(version) };
  }
  return { page: "unknown" };
}

const changed = "rekindle:navigated";
let moved = false;
let held: ((leave: () => void) => void) | null = null;

/** While something is unsaved, every way out of the page goes through `ask`, which may call `leave`. Null ends that. */
export function holdPage(ask: ((leave: () => void) => void) | null): void {
  held = ask;
}

function release(leave: () => void): () => void {
  return () => {
    held = null;
    leave();
  };
}

/** Whether the page shown was reached from inside, not by loading it. */
export const wasNavigated = (): boolean => moved;

export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname) return;
  if (held) return held(release(() => navigate(path, { replace })));
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  moved = true;
  window.scrollTo(0, 0);
  window.dispatchEvent(new Event(changed));
}

function subscribe(listener: () => void): () => void {
  let here = location.pathname;
  const popped = () => {
    if (held && location.pathname !== here) {
      // The browser has gone back already: stay by going to the same page once more, and ask.
      history.pushState(null, "", here);
      return held(release(() => history.back()));
    }
    here = location.pathname;
    moved = true;
    listener();
  };
  const went = () => {
    here = location.pathname;
    listener();
  };
  window.addEventListener("popstate", popped);
  window.addEventListener(changed, went);
  return () => {
    window.removeEventListener("popstate", popped);
    window.removeEventListener(changed, went);
  };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
