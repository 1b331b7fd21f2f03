/** A dozen addresses do not need a library. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "home" }
  | { page: "photo"; id: string }
  | { page: "corners"; id: string }
  | { page: "brush" | "colour"; id: string; version: number | null }
  /** Several do the same to a photo: who, or what came of it. */
  | { page: "bakeoff"; id: string; bakeoff: string | null }
  /** The photo of a job, whose own address is only looked up. */
  | { page: "job"; id: string }
  | { page: "signIn" | "signUp" | "forgot" | "account" | "credits" | "plans" | "bought" | "notBought" }
  | { page: "verify" | "reset"; link: string }
  /** Back from another service, where signing in did not work. */
  | { page: "login"; code: string }
  | { page: "unknown" };

export const paths = {
  home: "/",
  photo: (id: string) => `/photos/${id}`,
  corners: (id: string) => `/photos/${id}/corners`,
  /** Of a version of the photo; without one, of the newest, or of the photo as it came. */
  brush: (id: string, version?: number) => editor(id, "brush", version),
  colour: (id: string, version?: number) => editor(id, "colour", version),
  bakeoff: (id: string, bakeoff?: string) => `/photos/${id}/several${bakeoff === undefined ? "" : `/${bakeoff}`}`,
  job: (id: string) => `/jobs/${id}`,
  signIn: "/sign-in",
  signUp: "/sign-up",
  forgot: "/forgot",
  account: "/account",
  credits: "/credits",
  plans: "/plans",
};

const editor = (id: string, page: string, version?: number): string =>
  version === undefined ? `/photos/${id}/${page}` : `/photos/${id}/${page}/${version}`;

const single = new Map<string, Route>([
  [paths.home, { page: "home" }],
  ["/photos", { page: "home" }],
  [paths.signIn, { page: "signIn" }],
  [paths.signUp, { page: "signUp" }],
  [paths.forgot, { page: "forgot" }],
  [paths.account, { page: "account" }],
  [paths.credits, { page: "credits" }],
  [paths.plans, { page: "plans" }],
  ["/billing/done", { page: "bought" }],
  ["/billing/back", { page: "notBought" }],
]);

export function parse(path: string): Route {
  const parts = path.split("/").filter(Boolean);
  const [first, id, page, version] = parts;
  const known = single.get(`/${parts.join("/")}`);
  if (known) return known;
  if ((first === "verify" || first === "reset") && id !== undefined && parts.length === 2) return { page: first, link: id };
  if (first === "login" && id !== undefined && parts.length === 2) return { page: "login", code: id };
  if (first === "jobs" && id !== undefined && parts.length === 2) return { page: "job", id };
  if (first !== "photos" || id === undefined || parts.length > 4) return { page: "unknown" };
  if (page === undefined) return { page: "photo", id };
  if (page === "several") return { page: "bakeoff", id, bakeoff: version ?? null };
  if (page === "corners" && version === undefined) return { page, id };
  if ((page === "brush" || page === "colour") && /^\d*$/.test(version ?? "")) {
    return { page, id, version: version === undefined ? null : Number(version) };
  }
  return { page: "unknown" };
}

/**
 * Where one is. Links in mails come as `/#/reset/…`: what follows the hash is never sent to a server, so it is in no log.
 */
export const address = (place: Pick<Location, "hash" | "pathname"> = location): string =>
  place.hash.startsWith("#/") ? (place.hash.slice(1).split("?")[0] ?? "/") : place.pathname;

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

const entrances: readonly Route["page"][] = ["signIn", "signUp", "login", "forgot", "verify", "reset"];
let cameFrom = "/";

/** Where someone was before they went to sign in, so that they can be brought back. */
export const before = (): string => cameFrom;

export function navigate(path: string, { replace = false } = {}): void {
  if (path === address()) return;
  if (held) return held(release(() => navigate(path, { replace })));
  if (!entrances.includes(parse(address()).page)) cameFrom = address();
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  moved = true;
  window.scrollTo(0, 0);
  window.dispatchEvent(new Event(changed));
}

function subscribe(listener: () => void): () => void {
  let here = address();
  const popped = () => {
    if (held && address() !== here) {
      // The browser has gone back already: stay by going to the same page once more, and ask.
      history.pushState(null, "", here);
      return held(release(() => history.back()));
    }
    here = address();
    moved = true;
    listener();
  };
  const went = () => {
    here = address();
    listener();
  };
  window.addEventListener("popstate", popped);
  window.addEventListener(changed, went);
  return () => {
    window.removeEventListener("popstate", popped);
    window.removeEventListener(changed, went);
  };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => address());
