/** Other ways to restore the same photo, tucked away: most people never need them. */
import { useState } from "react";
import type { Photo, Strength } from "../../api/types.ts";
import { colours, sendable, type Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons.tsx";
import { useUser } from "../account/me.ts";
import { CostNote } from "../credits/CostNote.tsx";
import { useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { enlargesFor, type Size } from "../download/allowed.ts";
import { PromptField } from "../making/PromptField.tsx";
import { Leaving } from "../providers/Leaving.tsx";
import { useFitting, useHeard } from "../providers/useOffers.ts";
import { Who } from "../providers/Who.tsx";
import { EnlargeChoice } from "./EnlargeChoice.tsx";
import { useOperations } from "./useOperations.ts";

const strengths: Strength[] = ["auto", "careful", "strong"];

interface Props {
  photo: Photo;
  last: Wish;
  /** Of the result without enlarging it; null when it is not known before. */
  size: Size | null;
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

export function Options({ photo, last, size, busy, onRun, onDab }: Props) {
  const [chosen, setWish] = useState(last);
  const side = useUser()?.plan.short_side ?? null;
  // What is not offered is not sent either, however the version before was made.
  const offered = enlargesFor(size, side).includes(chosen.options.enlarge);
  const wish = useFitting(offered ? chosen : { ...chosen, options: { ...chosen.options, enlarge: 1 } }, [photo]);
  const heard = useHeard(wish, [photo]);
  const operations = useOperations();
  const cost = useCost(wish.operation);
  const { options } = wish;
  // What is asked for beyond mending is done, and paid, for a photo in good shape, too.
  const asked = options.enlarge > 1 || options.mask_id !== null;
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
        <EnlargeChoice size={size} value={options.enlarge} onChange={(enlarge) => change({ enlarge })} />
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
        <PromptField wish={wish} photos={[photo]} onChange={change} />
        <Who
          operation={wish.operation}
          photos={[photo]}
          provider={options.provider}
          model={options.model}
          onChange={change}
        />
        <div>
          <Button icon="again" disabled={busy} onClick={() => onRun(sendable(heard))}>
            {priced(m.options.run, cost)}
          </Button>
          <CostNote cost={cost && { ...cost, freeIfFine: cost.freeIfFine && !asked }} className="mt-2" />
          <Leaving wish={wish} photos={[photo]} className="mt-2" />
          <p className="mt-2 text-sm text-soft">{m.options.note}</p>
        </div>
      </div>
    </details>
  );
}
