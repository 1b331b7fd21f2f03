/** How something new is to be made, by whom, and how fine. */
import { m } from "../../messages/index.ts";
import { Switch } from "../../ui/Switch.tsx";
import { useFiner } from "../credits/cost.ts";
import { Who } from "../providers/Who.tsx";
import { How, type HowProps } from "./How.tsx";

export function MakingForm({ wish, photos, error, onChange }: HowProps) {
  const { operation, options } = wish;
  const finer = useFiner(operation);
  return (
    <div className="grid gap-6">
      <How {...{ wish, photos, error, onChange }} />
      <Who {...{ operation, photos }} provider={options.provider} model={options.model} onChange={onChange} />
      {finer && (
        <Switch
          label={m.making.finer}
          hint={m.making.finerHint}
          on={options.quality === "hd"}
          onChange={(on) => onChange({ quality: on ? "hd" : "standard" })}
        />
      )}
    </div>
  );
}
