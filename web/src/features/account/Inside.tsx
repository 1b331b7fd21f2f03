/** The pages about an account and its credits, and what can be bought. They are loaded together. */
import type { Me, User } from "../../api/types.ts";
import type { Route } from "../../app/route.ts";
import { CreditsPage } from "../credits/CreditsPage.tsx";
import { JobPage } from "../credits/JobPage.tsx";
import { BoughtPage } from "../plans/BoughtPage.tsx";
import { PlansPage } from "../plans/PlansPage.tsx";
import { AccountPage } from "./AccountPage.tsx";

/** `user`: null for a visitor, who may only look at the plans. */
export function Inside({ route, me, user }: { route: Route; me: Me; user: User | null }) {
  if (route.page === "plans" || route.page === "notBought" || user === null) return <PlansPage back={route.page === "notBought"} />;
  if (route.page === "job") return <JobPage id={route.id} />;
  if (route.page === "account") return <AccountPage user={user} me={me} />;
  if (route.page === "bought") return <BoughtPage />;
  return <CreditsPage />;
}
