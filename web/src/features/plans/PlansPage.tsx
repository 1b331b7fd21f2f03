/** What can be bought: plans by the month or the year, credits at once. Money itself is only handled by the payment page. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getBilling, getPlans } from "../../api/money.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Interval, Plan, Plans } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { Loading } from "../../app/Loading.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { Segments } from "../../ui/Choice.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Part, Sheet } from "../../ui/Sheet.tsx";
import { useUser } from "../account/me.ts";
import { useCost, useCredits } from "../credits/cost.ts";
import { useCheckout } from "./buying.ts";
import { PlanCard } from "./PlanCard.tsx";
import { PaymentFailed, SubscriptionPart } from "./SubscriptionPart.tsx";
import { TopUps } from "./TopUps.tsx";

const intervals = (["month", "year"] as const).map((value) => ({ value, name: a.plans[value] }));

function Shop({ plans, back }: { plans: Plans; back: boolean }) {
  const user = useUser();
  const person = user !== null && user.role !== "guest";
  const credits = useCredits();
  const buy = useCheckout(credits);
  const { data: billing } = useQuery({ queryKey: keys.billing, queryFn: getBilling, enabled: person && plans.can_buy });
  const [interval, setInterval] = useState<Interval>(billing?.subscription?.interval ?? "month");
  const current = plans.items.find((one) => one.current);
  const mayTopUp = current?.features.includes("top_ups") ?? true;
  const yearly = plans.can_buy && plans.items.some((one) => one.prices?.year);
  const titleOf = (name: string) => plans.items.find((one) => one.name === name)?.title ?? name;
  const cost = useCost("restore");
  usePlanFollows(billing?.subscription?.plan, current?.name);
  return (
    <>
      <p className="mt-2 text-soft">{plans.can_buy ? a.plans.lead : a.plans.closed}</p>
      {cost && <p className="mt-1 text-soft">{m.spending.price(cost.words)}</p>}
      {back && (
        <p role="status" className="mt-5 rounded-xl border border-line bg-surface p-4">
          {a.plans.notBought}
        </p>
      )}
      {billing?.payment_failed && <PaymentFailed />}
      {buy.isError && (
        <div className="mt-5">
          <ErrorNote title={m.problem.title}>{asProblem(buy.error).message}</ErrorNote>
        </div>
      )}
      {yearly && (
        <div className="mt-6 w-full max-w-xs">
          <Segments legend={a.plans.interval} options={intervals} value={interval} onChange={setInterval} />
        </div>
      )}
      <ul className="mt-5 grid gap-4 sm:grid-cols-2 lg:grid-cols-[repeat(auto-fit,minmax(14rem,1fr))]">
        {(plans.can_buy ? plans.items : plans.items.filter((one) => one.current)).map((plan) => (
          <PlanCard key={plan.name} plan={plan} interval={plans.can_buy ? interval : null}>
            {plans.can_buy && plan.prices?.[interval] && (
              <Choose
                plan={plan}
                interval={interval}
                person={person}
                paid={billing?.subscription?.interval ?? null}
                busy={buy.isPending}
                onBuy={() => buy.mutate({ plan: plan.name, interval })}
              />
            )}
          </PlanCard>
        ))}
      </ul>
      {plans.top_ups.length > 0 && plans.can_buy && person && (
        <Part id="top-ups" title={a.plans.topUps}>
          <p className="mt-1 text-[0.9375rem] text-soft">{mayTopUp ? a.plans.topUpsText : a.plans.notInPlan}</p>
          {mayTopUp && <TopUps items={plans.top_ups} busy={buy.isPending} onBuy={(top_up) => buy.mutate({ top_up })} />}
        </Part>
      )}
      {billing && <SubscriptionPart billing={billing} titleOf={titleOf} />}
      <p role="status" className="sr-only">
        {buy.isPending && a.plans.opening}
      </p>
    </>
  );
}

/** A plan that was changed on another page, as that of the payment company: what depends on it is asked for again. */
function usePlanFollows(paid: string | undefined, shown: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (paid === undefined || paid === shown) return;
    for (const queryKey of [keys.plans, keys.me, keys.credits]) void client.invalidateQueries({ queryKey });
  }, [client, paid, shown]);
}

interface ChooseProps {
  plan: Plan;
  interval: Interval;
  person: boolean;
  /** How somebody pays for the plan that they have; null without a subscription. */
  paid: Interval | null;
  busy: boolean;
  onBuy: () => void;
}

/** The way to a plan: signing up, buying, changing, or paying for the same one by the other interval. */
function Choose({ plan, interval, person, paid, busy, onBuy }: ChooseProps) {
  if (!person) {
    return (
      <Link href={paths.signUp} className={buttonClass("plain", "w-full")}>
        {a.plans.signUp}
      </Link>
    );
  }
  if (plan.current && (paid === null || paid === interval)) return null;
  const words = plan.current ? a.plans.payBy[interval] : (paid ? a.plans.change : a.plans.choose)(plan.title);
  return (
    <Button look={plan.current ? "plain" : "strong"} className="w-full" disabled={busy} onClick={onBuy}>
      {words}
    </Button>
  );
}

export function PlansPage({ back = false }: { back?: boolean }) {
  const { data, error, refetch } = useQuery({ queryKey: keys.plans, queryFn: getPlans });
  if (!data && !error) return <Loading />;
  return (
    <Sheet wide title={data && !data.can_buy && data.items.some((one) => one.current) ? a.plans.own : a.plans.title}>
      {data ? (
        <Shop plans={data} back={back} />
      ) : (
        <div className="mt-6">
          <ErrorNote
            title={m.problem.title}
            actions={<Button icon="again" onClick={() => void refetch()}>{m.problem.again}</Button>}
          >
            {asProblem(error).message}
          </ErrorNote>
        </div>
      )}
    </Sheet>
  );
}
