/** Other ways to restore the same photo, tucked away: most people never need them. */
import { useState } from "react";
import type { Enlarge, Strength } from "../../api/types.ts";
import { colours, sendable, type Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { useOperations } from "./useOperations.ts";

const strengths: Strength[] = ["auto", "careful", "strong"];
const enlarges: Enlarge[] = [1, 2, 4];

interface Props {
  last: Wish;
  busy: boolean;
  onRun: (wish: Wish) => void;
  /** Goes to where colours are dabbed. */
  onDab: () => void;
}

function Check({ name, hint, on, onChange }: { name: string; hint: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-11 items-center gap-3">
      <input type="checkbox" className="size-5 shrink-0" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>
        <span className="block font-medium">{name}</span>
        <span className="block text-sm text-soft">{hint}</span>
      </span>
    </label>
  );
}

export function Options({ last, busy, onRun, onDab }: Props) {
  const [wish, setWish] = useState(last);
  const operations = useOperations();
  const cost = useCost(wish.operation);
  const { options } = wish;
  const change = (part: Partial<Wish["options"]>) => setWish({ ...wish, options: { ...options, ...part } });
  return (
    <details className="group/options mt-7 border-y border-line">
      <summary className="flex min-h-12 list-none items-center justify-between gap-3 font-medium [&::-webkit-details-marker]:hidden">
        {m.options.title}
        <Icon name="down" className="size-5 text-soft transition-transform group-open/options:rotate-180" />
      </summary>
      <div className="grid gap-6 pt-2 pb-6">
        {operations.length > 1 && (
          <div>
            <Choice
              legend={m.options.operation}
              options={operations}
              value={wish.operation}
              onChange={(operation) => setWish({ ...wish, operation })}
            />
            {colours(wish.operation) && (
              <Button icon="drop" className="mt-2" onClick={onDab}>
                {m.options.dab}
              </Button>
            )}
          </div>
        )}
        <Choice
          legend={m.options.strength}
          options={strengths.map((value) => ({ value, ...m.options.strengths[value] }))}
          value={options.strength}
          onChange={(strength) => change({ strength })}
        />
        <Choice
          legend={m.options.enlarge}
          options={enlarges.map((value) => ({ value, name: m.options.enlarges[value] }))}
          value={options.enlarge}
          onChange={(enlarge) => change({ enlarge })}
        />
        <Check
          name={m.options.keepTone}
          hint={m.options.keepToneHint}
          on={options.keep_tone}
          onChange={(keep_tone) => change({ keep_tone })}
        />
        {last.options.mask_id && (
          <Check
            name={m.options.keepMask}
            hint={m.options.keepMaskHint}
            on={options.mask_id !== null}
            onChange={(on) => change({ mask_id: on ? last.options.mask_id : null })}
          />
        )}
        {colours(wish.operation) && options.hints.length > 0 && (
          <p className="text-sm text-soft">{m.options.keepsDabs(options.hints.length)}</p>
        )}
        <div>
          <Button icon="again" disabled={busy} onClick={() => onRun(sendable(wish))}>
            {priced(m.options.run, cost)}
          </Button>
          <CostNote cost={cost} className="mt-2" />
          <p className="mt-2 text-sm text-soft">{m.options.note}</p>
        </div>
      </div>
    </details>
  );
}
