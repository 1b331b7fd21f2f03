/** Other ways to restore the same photo, tucked away: most people never need them. */
import { useState } from "react";
import type { Enlarge, JobOptions, Strength } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons.tsx";

const strengths: Strength[] = ["auto", "careful", "strong"];
const enlarges: Enlarge[] = [1, 2, 4];

interface Props {
  last: JobOptions;
  busy: boolean;
  onRun: (options: JobOptions) => void;
}

export function Options({ last, busy, onRun }: Props) {
  const [options, setOptions] = useState(last);
  const change = (part: Partial<JobOptions>) => setOptions({ ...options, ...part });
  return (
    <details className="group/options mt-7 border-y border-line">
      <summary className="flex min-h-12 list-none items-center justify-between gap-3 font-medium [&::-webkit-details-marker]:hidden">
        {m.options.title}
        <Icon name="down" className="size-5 text-soft transition-transform group-open/options:rotate-180" />
      </summary>
      <div className="grid gap-6 pt-2 pb-6">
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
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 shrink-0"
            checked={options.keep_tone}
            onChange={(event) => change({ keep_tone: event.target.checked })}
          />
          <span>
            <span className="block font-medium">{m.options.keepTone}</span>
            <span className="block text-sm text-soft">{m.options.keepToneHint}</span>
          </span>
        </label>
        <div>
          <Button icon="again" disabled={busy} onClick={() => onRun(options)}>
            {m.options.run}
          </Button>
          <p className="mt-2 text-sm text-soft">{m.options.note}</p>
        </div>
      </div>
    </details>
  );
}
