/** A few lines to write, with what helps and how much room is left once there is little. */
import { useId } from "react";

interface Props {
  label: string;
  hint?: string;
  error?: string | null;
  value: string;
  most: number;
  /** How much room is left, in words. */
  left: (count: number) => string;
  onChange: (value: string) => void;
}

const soon = 100;

export function TextArea({ label, hint, error, value, most, left, onChange }: Props) {
  const id = useId();
  const room = most - value.length;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={most}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
        className={`block field-sizing-content min-h-20 w-full rounded-lg border bg-surface px-3.5 py-2.5 text-base text-ink placeholder:text-soft ${error ? "border-bad" : "border-edge"}`}
      />
      <div id={`${id}-help`}>
        {error && <p className="mt-1.5 text-sm font-medium text-bad">{error}</p>}
        {hint && <p className="mt-1.5 text-sm text-soft">{hint}</p>}
        {room < soon && <p className="mt-1 text-sm text-soft tabular-nums">{left(room)}</p>}
      </div>
    </div>
  );
}
