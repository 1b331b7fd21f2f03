/** A slider with its name and its value in words. */
import { useId } from "react";

interface Props {
  label: string;
  words: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onChange: (value: number) => void;
}

export function Range({ label, words, value, min, max, step = 1, onChange }: Props) {
  const id = useId();
  return (
    <div>
      <div className="flex items-baseline justify-between">
        <label htmlFor={id} className="text-sm font-semibold">
          {label}
        </label>
        <output htmlFor={id} className="text-sm text-soft tabular-nums">
          {words}
        </output>
      </div>
      <input
        id={id}
        type="range"
        aria-valuetext={words}
        {...{ min, max, step, value }}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-11 w-full"
      />
    </div>
  );
}
