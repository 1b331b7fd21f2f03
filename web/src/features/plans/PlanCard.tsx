/** One plan: what it costs, what it offers, and the button that leads to it. */
import type { ReactNode } from "react";
import type { Interval, Plan } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { money } from "../../messages/amounts.ts";
import { Icon } from "../../ui/icons.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { offers } from "./describe.ts";

function Price({ plan, interval }: { plan: Plan; interval: Interval }) {
  const price = plan.prices?.[interval];
  if (!price) return <p className="mt-2 text-2xl font-semibold">{a.plans.free}</p>;
  const whole = money(price.amount, price.currency);
  return (
    <>
      <p className="mt-2">
        <span className="text-2xl font-semibold tabular-nums">{whole}</span>{" "}
        <span className="text-soft">{interval === "month" ? a.plans.aMonth : a.plans.aYear}</span>
      </p>
      {interval === "year" && (
        <p className="text-sm text-soft">{a.plans.perMonth(money(Math.round(price.amount / 12), price.currency))}</p>
      )}
    </>
  );
}

interface Props {
  plan: Plan;
  /** How it is paid; null where nothing is sold, so that nothing has a price. */
  interval: Interval | null;
  children: ReactNode;
}

/** What can only be bought is not offered where nothing is. */
const unsold = (plan: Plan): Plan => ({ ...plan, features: plan.features.filter((name) => name !== "top_ups") });

export function PlanCard({ plan, interval, children }: Props) {
  const operations = useCapabilities().data?.operations ?? [];
  return (
    <li
      className={`flex flex-col rounded-2xl border bg-surface p-5 ${plan.current ? "border-ink ring-1 ring-ink" : "border-line"}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-lg font-semibold">{plan.title}</h2>
        {plan.current && (
          <p className="flex items-center gap-1 rounded-full bg-sunken px-2.5 py-0.5 text-sm font-medium">
            <Icon name="check" className="size-4" />
            {a.plans.current}
          </p>
        )}
      </div>
      {interval && <Price plan={plan} interval={interval} />}
      <ul className="mt-4 mb-5 grid gap-2 text-[0.9375rem]">
        {offers(interval ? plan : unsold(plan), operations).map((line) => (
          <li key={line} className="flex gap-2">
            <Icon name="check" className="mt-0.5 size-4 text-good" />
            {line}
          </li>
        ))}
      </ul>
      <div className="mt-auto">{children}</div>
    </li>
  );
}
