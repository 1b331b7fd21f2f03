/** Where somebody was before they went to sign in at another service, which sends them back to the first page. */
import { address, before, navigate, parse } from "./route.ts";

const key = "rekindle.comeBack";

export function rememberPlace(): void {
  const here = address();
  const entrance = parse(here).page === "signIn" || parse(here).page === "signUp" || parse(here).page === "login";
  try {
    sessionStorage.setItem(key, entrance ? before() : here);
  } catch {
    // Storage may be switched off; then they come back to the first page.
  }
}

/** Goes on where somebody was, when they come back. */
export function comeBack(): void {
  if (location.hash !== "#/") return;
  let place = "/";
  try {
    place = sessionStorage.getItem(key) ?? "/";
    sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
  navigate(place, { replace: true });
  if (address() === "/") history.replaceState(null, "", "/");
}
