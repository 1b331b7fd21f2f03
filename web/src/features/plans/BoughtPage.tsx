/** Back from the payment page: waits until what was paid for is there. The notice of the payment comes on its own way. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getBilling, getCredits, getPlans } from "../../api/money.ts";
import { keys } from "../../api/queries.ts";
import type { Billing } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { Entrance } from "../account/Entrance.tsx";
import { meQuery } from "../account/me.ts";
import { arrived, beforeCheckout, checkoutOver, unchangedYet } from "./buying.ts";

type Subscription = NonNullable<Billing["subscription"]>;

const every = 1_500;
const patience = 20_000;
/** After this, a subscription that is still as it was is taken for one that changes with its period. */
const patienceForChange = 10_000;

function useAfter(milliseconds: number): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return over;
}

interface Said {
  title: string;
  text: string;
}

interface Waiting {
  ofPlan: boolean;
  late: boolean;
  /** The subscription that somebody has still; its plan is called `title`. */
  old: Subscription | null;
  noted: boolean;
  /** Whether a payment did not go through. */
  failed: boolean;
  title: string;
}

/** What is said as long as nothing has come. */
function waitingFor({ ofPlan, late, old, noted, failed, title }: Waiting): Said {
  if (old && noted) {
    if (failed) return { title: a.subscription.failedTitle, text: a.subscription.failedText };
    const text = (old.cancel_at_period_end ? a.bought.endsText : a.bought.notedText)(title, old.period_end);
    return { title: a.bought.noted, text };
  }
  if (old) return { title: a.bought.changing, text: a.bought.changingText };
  const what = ofPlan ? "plan" : "credits";
  return { title: a.bought.waiting, text: (late ? a.bought.late : a.bought.waitingText)[what] };
}

export function BoughtPage() {
  const client = useQueryClient();
  const [before] = useState(beforeCheckout);
  const late = useAfter(patience);
  const waited = useAfter(patienceForChange);
  const [there, setThere] = useState(before === null);
  const refetchInterval = there ? (false as const) : late ? every * 4 : every;
  // While somebody is paying, this question makes the server look for the payment, so that a lost notice does no harm.
  const billing = useQuery({ queryKey: keys.billing, queryFn: getBilling, refetchInterval }).data;
  const credits = useQuery({ queryKey: keys.credits, queryFn: getCredits, refetchInterval }).data;
  const plan = useQuery({ ...meQuery, staleTime: 0, refetchInterval }).data?.user?.plan;
  const came = before !== null && arrived(before, credits, billing, plan?.name);
  useEffect(() => {
    if (!came) return;
    setThere(true);
    checkoutOver();
    for (const queryKey of [keys.credits, keys.plans, keys.prices]) void client.invalidateQueries({ queryKey });
  }, [client, came]);
  const counted = credits !== undefined && !credits.unlimited;
  const ofPlan = before !== null ? "plan" in before.purchase : !counted;
  const old = before === null || there ? null : unchangedYet(before, billing);
  const plans = useQuery({ queryKey: keys.plans, queryFn: getPlans, enabled: old !== null }).data;
  const noted = old !== null && waited;
  const oldTitle = plans?.items.find((one) => one.name === old?.plan)?.title ?? plan?.title ?? "";
  const done: Said = {
    title: ofPlan || !counted ? a.bought.donePlan(plan?.title ?? "") : a.bought.doneCredits(credits.available),
    text: ofPlan ? a.bought.planText : a.bought.creditsText,
  };
  const said = there ? done : waitingFor({ ofPlan, late, old, noted, failed: billing?.payment_failed ?? false, title: oldTitle });
  return (
    <Entrance
      key={there ? "there" : noted ? "noted" : "waiting"}
      title={said.title}
      text={<p role="status">{said.text}</p>}
    >
      <div className="mt-6 grid gap-3">
        <Link href={paths.home} className={buttonClass("strong", "min-h-12")}>
          {a.bought.photos}
        </Link>
        {noted && (
          <Link href={paths.plans} className={buttonClass("plain", "min-h-12")}>
            {a.bought.plans}
          </Link>
        )}
        {counted && (
          <Link href={paths.credits} className={buttonClass("plain", "min-h-12")}>
            {a.bought.credits}
          </Link>
        )}
      </div>
    </Entrance>
  );
}
