/** One choice out of a few: native radio buttons in two dresses. */
import { type ReactNode, useId } from "react";
import { Icon, type IconName } from "./icons.tsx";

export interface Option<T extends string | number> {
  value: T;
  name: string;
  hint?: string;
  icon?: IconName;
}

interface Props<T extends string | number> {
  legend: ReactNode;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
}

/** A list of rows, each with a name and a line that explains it. */
export function Choice<T extends string | number>({ legend, options, value, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{legend}</legend>
      <div className="grid gap-1.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="relative flex min-h-11 items-center gap-3 rounded-lg border border-line px-3 py-2 has-checked:border-ink has-checked:bg-sunken has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-ember"
          >
            <input
              type="radio"
              name={name}
              className="size-4 shrink-0 outline-none"
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span className="leading-snug">
              <span className="block text-[0.9375rem] font-medium">{option.name}</span>
              {option.hint && <span className="block text-sm text-soft">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A row of segments, for switching what is seen. */
export function Segments<T extends string>({ legend, options, value, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset className="flex rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">{legend}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex min-h-10 flex-1 items-center justify-center gap-2 rounded-md px-3 text-sm font-medium whitespace-nowrap text-soft has-checked:bg-raised has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-3 has-focus-visible:outline-ember"
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.icon && <Icon name={option.icon} className="size-[1.125rem] max-[26rem]:hidden" />}
          {option.name}
        </label>
      ))}
    </fieldset>
  );
}
