/** Which pages of a service for many are for whom. Values in, values out. */
import type { User } from "../api/types.ts";
import type { Route } from "./route.ts";

const photos: readonly Route["page"][] = ["photo", "corners", "brush", "colour", "bakeoff"];
const always: readonly Route["page"][] = ["forgot", "verify", "reset"];

/**
 * Where an address leads: to photos, to a way in, into the account, back to where somebody came from who is in already, or to
 * signing in or up first.
 */
export type Way = "photos" | "entrance" | "inside" | "back" | "signIn" | "signUp";

export function gate(route: Route, user: Pick<User, "role"> | null): Way {
  const { page } = route;
  if (page === "home" || page === "unknown") return "photos";
  if (page === "signIn" || page === "signUp" || page === "login") return user && user.role !== "guest" ? "back" : "entrance";
  if (always.includes(page)) return "entrance";
  if (page === "plans" || page === "notBought") return "inside";
  if (user === null) return "signIn";
  if (photos.includes(page)) return "photos";
  return user.role === "guest" && page !== "job" ? "signUp" : "inside";
}
