/** Everybody who could do it, each with what it costs, how long it takes and whether the photo leaves for it. */
import { m } from "../../messages/index.ts";
import { useMe } from "../account/me.ts";
import type { Candidate } from "./calls.ts";
import { idOf, inOrder, most } from "./contest.ts";

interface Props {
  candidates: readonly Candidate[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

function hintOf(one: Candidate, told: boolean): string {
  if (!one.available) return m.bakeoff.never(one.refused ?? "");
  const time = m.who.price(one.estimate, one.estimate, one.seconds, told);
  return [
    one.sends ? m.bakeoff.leavesHint(time) : m.bakeoff.hereHint(time),
    one.experimental ? m.bakeoff.experimental : "",
    one.refused ? m.bakeoff.notNow(one.refused) : "",
    one.marks ?? "",
  ]
    .filter(Boolean)
    .join(" ");
}

export function CandidateList({ candidates, chosen, onChange }: Props) {
  // Where there are accounts, prices are credits, and what a provider takes is the operator's matter.
  const told = useMe().data?.mode === "home";
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset>
      <legend className="text-sm font-semibold">{m.bakeoff.candidates}</legend>
      <p className="mt-0.5 mb-2 text-sm text-soft" aria-live="polite">
        {chosen.size === 0 ? m.bakeoff.chooseSome(most) : m.bakeoff.chosen(chosen.size, most)}
      </p>
      <div className="grid gap-1.5">
        {inOrder(candidates).map((one) => {
          const id = idOf(one);
          const full = chosen.size >= most && !chosen.has(id);
          return (
            <label
              key={id}
              className="relative flex min-h-11 items-start gap-3 rounded-lg border border-line px-3 py-2 has-checked:border-ink has-checked:bg-sunken has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-ember"
            >
              <input
                type="checkbox"
                className="mt-0.5 size-5 shrink-0 outline-none"
                checked={chosen.has(id)}
                disabled={!one.available || full}
                onChange={() => toggle(id)}
              />
              <span className="min-w-0 leading-snug">
                <span className="block text-[0.9375rem] font-medium">{one.sends ? one.provider_title : m.bakeoff.here}</span>
                {one.sends && <span className="block text-sm wrap-anywhere">{one.model}</span>}
                <span className="block text-sm text-soft">{hintOf(one, told)}</span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
