/** How something is to be done to a photo, whoever does it: only what the operation takes. */
import type { Enhancement, Photo } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Choice } from "../../ui/Choice.tsx";
import { Range } from "../../ui/Range.tsx";
import { Moodboard } from "./Moodboard.tsx";
import { PromptField } from "./PromptField.tsx";
import { StyleChoice } from "./StyleChoice.tsx";

const enhancements: readonly Enhancement[] = ["lighting", "style", "background", "mood", "custom"];

export interface HowProps {
  wish: Wish;
  /** Every photo that goes into it, the one that is worked on first. */
  photos: readonly Photo[];
  /** What is missing in the words. */
  error?: string | null;
  onChange: (options: Partial<Wish["options"]>) => void;
}

export function How({ wish, photos, error = null, onChange }: HowProps) {
  const { operation, options } = wish;
  const [photo] = photos;
  return (
    <>
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
      {(operation === "restyle" || operation === "enhance") && (
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
      <PromptField {...{ wish, photos, error, onChange }} />
      {operation === "enhance" && photo && (
        <Moodboard photo={photo} value={options.moodboard_id} onChange={(moodboard_id) => onChange({ moodboard_id })} />
      )}
    </>
  );
}
