/** Credits that are bought once. */
import type { TopUp } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { money } from "../../messages/amounts.ts";
import { Button } from "../../ui/Button.tsx";

interface Props {
  items: readonly TopUp[];
  busy: boolean;
  onBuy: (name: string) => void;
}

export function TopUps({ items, busy, onBuy }: Props) {
  return (
    <ul className="mt-4 grid gap-3 sm:grid-cols-3">
      {items.map((one) => {
        const price = money(one.amount, one.currency);
        return (
          <li key={one.name} className="flex items-center gap-4 rounded-2xl border border-line bg-surface p-4 sm:flex-col sm:items-stretch">
            <div className="min-w-0 flex-1">
              <h3 className="text-lg font-semibold">{a.plans.topUp(one.credits)}</h3>
              <p className="text-sm text-soft">{a.plans.each(money(Math.round((one.amount * 1000) / one.credits), one.currency))}</p>
            </div>
            <Button aria-label={a.plans.buy(one.credits, price)} disabled={busy} onClick={() => onBuy(one.name)}>
              {a.plans.buyShort(price)}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
