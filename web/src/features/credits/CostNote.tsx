/** Below a button that spends: when nothing is paid, and what to do when it is too much. */
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { useMe } from "../account/me.ts";
import type { Cost } from "./price.ts";

export function CostNote({ cost, className = "" }: { cost: Cost | null; className?: string }) {
  const billing = useMe().data?.billing;
  if (cost === null || (!cost.freeIfFine && cost.short === null)) return null;
  return (
    <div className={`text-sm text-soft ${className}`}>
      {cost.freeIfFine && <p>{m.spending.freeIfFine}</p>}
      {cost.short !== null && (
        <p className="mt-1 font-medium text-ink">
          {m.spending.short(cost.short, cost.most)}{" "}
          {billing && (
            <Link href={paths.plans} className="inline-flex min-h-6 items-center text-ember underline underline-offset-2">
              {m.spending.topUp}
            </Link>
          )}
        </p>
      )}
    </div>
  );
}
