/** How something new is to be made: only what the operation takes. */
import type { Enhancement, Photo } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Choice } from "../../ui/Choice.tsx";
import { Range } from "../../ui/Range.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { useFiner } from "../credits/cost.ts";
import { Who } from "../providers/Who.tsx";
import { PromptField } from "./PromptField.tsx";
import { StyleChoice } from "./StyleChoice.tsx";

const enhancements: readonly Enhancement[] = ["lighting", "style", "background", "mood", "custom"];

interface Props {
  wish: Wish;
  photos: readonly Photo[];
  /** What is missing in the words. */
  error: string | null;
  onChange: (options: Partial<Wish["options"]>) => void;
}

export function MakingForm({ wish, photos, error, onChange }: Props) {
  const { operation, options } = wish;
  const finer = useFiner(operation);
  const [photo] = photos;
  const graded = operation === "restyle" || operation === "enhance";
  return (
    <div className="grid gap-6">
      {operation === "restyle" && photo && (
        <StyleChoice photo={photo} value={options.style} onChange={(style) => onChange({ style })} />
      )}
      {operation === "enhance" && (
        <Choice
          legend={m.making.enhancement}
          options={enhancements.map((value) => ({ value, ...m.making.enhancements[value] }))}
          value={options.enhancement ?? "lighting"}
          onChange={(enhancement) => onChange({ enhancement })}
        />
      )}
      {graded && (
        <Range
          label={m.making.amount}
          words={m.making.amountWords(options.amount)}
          value={Math.round(options.amount * 100)}
          min={5}
          max={100}
          step={5}
          onChange={(percent) => onChange({ amount: percent / 100 })}
        />
      )}
      {operation === "animate" && (
        <Range
          label={m.making.seconds}
          words={m.making.secondsWords(options.seconds)}
          value={options.seconds}
          min={2}
          max={10}
          onChange={(seconds) => onChange({ seconds })}
        />
      )}
      <PromptField {...{ wish, photos, error }} onChange={(prompt) => onChange({ prompt })} />
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
