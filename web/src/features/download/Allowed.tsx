/** What a download really has: its size, and a mark where the plan sets one. Said before anything is paid. */
import { useQuery } from "@tanstack/react-query";
import { getPlans } from "../../api/money.ts";
import { keys } from "../../api/queries.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { useMe, useUser } from "../account/me.ts";
import { allowedSize, isReduced, type Size } from "./allowed.ts";

/** Whether some plan that can be bought gives larger results, and whether some gives them without a mark. */
export function useMore(side: number | null, asked: boolean): { larger: boolean; unmarked: boolean } {
  const billing = useMe().data?.billing ?? false;
  const { data } = useQuery({ queryKey: keys.plans, queryFn: getPlans, enabled: billing && asked });
  const others = data?.can_buy ? data.items : [];
  return {
    larger: side !== null && others.some((one) => one.short_side === null || one.short_side > side),
    unmarked: others.some((one) => !one.watermark),
  };
}

export function PlansLink({ children }: { children: string }) {
  return (
    <Link href={paths.plans} className="inline-flex min-h-6 items-center text-ember underline underline-offset-2">
      {children}
    </Link>
  );
}

export function Allowed({ width, height, className = "" }: Size & { className?: string }) {
  const user = useUser();
  const side = user?.plan.short_side ?? null;
  const marked = user?.plan.watermark ?? false;
  const reduced = isReduced({ width, height }, side);
  const more = useMore(side, reduced || marked);
  const who = user?.role === "guest" ? "guest" : "user";
  const out = allowedSize({ width, height }, side);
  return (
    <div className={`text-sm text-soft ${className}`}>
      <p>
        {reduced ? m.allowed.size[who](out.width, out.height) : m.result.size(width, height)}
        {reduced && more.larger && <>. <PlansLink>{m.allowed.larger}</PlansLink></>}
      </p>
      {marked && (
        <p>
          {m.allowed.mark[who]} {more.unmarked && <PlansLink>{m.allowed.unmarked}</PlansLink>}
        </p>
      )}
    </div>
  );
}
