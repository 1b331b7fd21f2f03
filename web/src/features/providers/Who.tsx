/** Who does it: this machine or somebody else, with what that costs, how long it takes and whether the photo leaves. */
import type { Operation, Photo } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { Select } from "../../ui/Select.tsx";
import { useMe } from "../account/me.ts";
import { costRange, type Doer, doersOf, usualSeconds } from "./offers.ts";
import { useOffers, useStays } from "./useOffers.ts";

interface Props {
  operation: Operation;
  photos: readonly Photo[];
  provider: Wish["options"]["provider"];
  model: Wish["options"]["model"];
  onChange: (choice: Pick<Wish["options"], "provider" | "model">) => void;
}

/** Where there are accounts, prices are credits, and what a provider takes is the operator's matter. */
function hintOf({ sends, models }: Doer, told: boolean): string {
  if (!sends) return m.who.hereHint(usualSeconds(models));
  const { low, high } = costRange(models);
  const marks = models.every((one) => one.marks) ? models[0]?.marks : null;
  return [
    m.who.leaves,
    m.who.price(low, high, usualSeconds(models), told),
    models.every((one) => one.experimental) ? m.who.experimental : "",
    marks ?? "",
  ]
    .filter(Boolean)
    .join(" ");
}

export function Who({ operation, photos, provider, model, onChange }: Props) {
  const stays = useStays(photos);
  const told = useMe().data?.mode === "home";
  const doers = doersOf(useOffers(operation), stays);
  if (doers.length < 2) return null;
  const options: Option<string>[] = [
    { value: "", name: m.who.automatic, hint: doers.some((one) => one.sends) ? m.who.automaticSends : m.who.automaticStays },
    ...doers.map((one) => ({
      value: one.provider,
      name: one.sends ? one.title : m.who.here,
      hint: hintOf(one, told),
    })),
  ];
  const chosen = doers.find((one) => one.provider === provider);
  return (
    <div>
      <Choice
        legend={m.who.title}
        options={options}
        value={chosen?.provider ?? ""}
        onChange={(next) => onChange({ provider: next || null, model: null })}
      />
      {chosen && chosen.models.length > 1 && (
        <Select
          className="mt-2"
          label={m.who.model}
          value={model ?? ""}
          options={[
            { value: "", name: m.who.anyModel },
            ...chosen.models.map((one) => ({ value: one.model, name: m.who.modelOption(one.model, told ? one.cost : null) })),
          ]}
          onChange={(next) => onChange({ provider: chosen.provider, model: next || null })}
        />
      )}
    </div>
  );
}
