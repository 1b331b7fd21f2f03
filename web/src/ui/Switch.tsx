/** Something that is on or off, and takes effect at once. */
import { useId } from "react";

interface Props {
  label: string;
  hint?: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
  className?: string;
}

export function Switch({ label, hint, on, disabled = false, onChange, className = "" }: Props) {
  const id = useId();
  return (
    <label className={`relative flex min-h-11 gap-3 py-1.5 text-left has-disabled:cursor-default ${hint ? "items-start" : "items-center"} ${className}`}>
      <input
        type="checkbox"
        role="switch"
        aria-label={label}
        aria-describedby={hint ? id : undefined}
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="peer sr-only"
      />
      <span
        aria-hidden="true"
        className="relative h-6 w-10 shrink-0 rounded-full border border-edge bg-sunken transition-colors peer-checked:border-strong peer-checked:bg-strong peer-focus-visible:outline-3 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-ember peer-disabled:opacity-60 after:absolute after:top-[3px] after:left-[3px] after:size-4 after:rounded-full after:bg-edge after:transition-transform peer-checked:after:translate-x-4 peer-checked:after:bg-on-strong"
      />
      <span className="leading-snug">
        <span className="block text-[0.9375rem] font-medium">{label}</span>
        {hint && (
          <span id={id} className="block text-sm text-soft">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
