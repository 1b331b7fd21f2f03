/** Back from the payment page: waits until what was paid for is there. The notice of the payment comes on its own way. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getBilling, getCredits } from "../../api/money.ts";
import { keys } from "../../api/queries.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { Entrance } from "../account/Entrance.tsx";
import { meQuery } from "../account/me.ts";
import { arrived, beforeCheckout, checkoutOver } from "./buying.ts";

const every = 1_500;
const patience = 20_000;

export function BoughtPage() {
  const client = useQueryClient();
  const [before] = useState(beforeCheckout);
  const [late, setLate] = useState(false);
  const [there, setThere] = useState(before === null);
  const refetchInterval = there ? (false as const) : late ? every * 4 : every;
  // While somebody is paying, this question makes the server look for the payment, so that a lost notice does no harm.
  const billing = useQuery({ queryKey: keys.billing, queryFn: getBilling, refetchInterval }).data;
  const credits = useQuery({ queryKey: keys.credits, queryFn: getCredits, refetchInterval }).data;
  const plan = useQuery({ ...meQuery, staleTime: 0, refetchInterval }).data?.user?.plan;
  const came = before !== null && arrived(before, credits, billing, plan?.name);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (!came) return;
    setThere(true);
    checkoutOver();
    for (const queryKey of [keys.credits, keys.plans, keys.prices]) void client.invalidateQueries({ queryKey });
  }, [client, came]);
  const counted = credits !== undefined && !credits.unlimited;
  const ofPlan = before !== null ? "plan" in before.purchase : !counted;
  const done = ofPlan || !counted ? a.bought.donePlan(plan?.title ?? "") : a.bought.doneCredits(credits.available);
  const doneText = ofPlan ? a.bought.planText : a.bought.creditsText;
  return (
    <Entrance
      key={there ? "there" : "waiting"}
      title={there ? done : a.bought.waiting}
      text={<p role="status">{there ? doneText : late ? a.bought.late : a.bought.waitingText}</p>}
    >
      <div className="mt-6 grid gap-3">
        <Link href={paths.home} className={buttonClass("strong", "min-h-12")}>
          {a.bought.photos}
        </Link>
        {counted && (
          <Link href={paths.credits} className={buttonClass("plain", "min-h-12")}>
            {a.bought.credits}
          </Link>
        )}
      </div>
    </Entrance>
  );
}
