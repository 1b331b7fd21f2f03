/** What a plan offers, line by line. Values in, values out. */
import type { Plan } from "../../api/types.ts";
import { a } from "../../messages/account.ts";

/** What the server must be able to do for a feature to be worth anything. */
const needs: Readonly<Record<string, string | null>> = { fusion: "bring_together", animation: "animate", top_ups: null };

function amount(plan: Plan): string {
  if (plan.monthly_credits === null) return a.plans.unlimited;
  return plan.monthly_credits > 0 ? a.plans.monthly(plan.monthly_credits) : a.plans.noMonthly;
}

function daily(plan: Plan): string | null {
  if (plan.daily_limit !== null) return a.plans.daily(plan.daily_limit);
  return plan.monthly_credits === null ? a.plans.noDaily : null;
}

/** `operations`: what the server can do. Nothing is offered that it cannot. */
export function offers(plan: Plan, operations: readonly string[]): string[] {
  const has = (name: string) => Object.hasOwn(needs, name) && (needs[name] === null || operations.includes(needs[name] ?? ""));
  const lines = [
    amount(plan),
    daily(plan),
    plan.short_side === null ? a.plans.fullSize : a.plans.side(plan.short_side),
    ...plan.features.filter(has).map((name) => a.plans.features[name]),
    plan.watermark ? a.plans.watermark : null,
  ];
  return lines.filter((line) => line != null);
}
