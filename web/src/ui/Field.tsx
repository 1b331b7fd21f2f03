/** One thing to fill in, with its label, what helps, and what is wrong with it. */
import { type InputHTMLAttributes, useId, useState } from "react";
import { a } from "../messages/account.ts";
import { IconButton } from "./Button.tsx";
import { Icon } from "./icons.tsx";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  error?: string | null;
}

const box =
  "min-h-12 w-full rounded-lg border bg-surface px-3.5 py-2 text-base text-ink placeholder:text-soft aria-invalid:border-bad";

export function Field({ label, hint, error, type = "text", className = "", ...rest }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={secret && shown ? "text" : type}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          className={`${box} ${secret ? "pr-12" : ""} ${error ? "border-bad" : "border-edge"}`}
          {...rest}
        />
        {secret && (
          <IconButton
            icon="eye"
            label={shown ? a.entrance.hide : a.entrance.show}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className={`absolute top-0.5 right-0.5 ${shown ? "text-ember" : "text-soft"}`}
          />
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1.5 flex gap-1.5 text-sm font-medium text-bad">
          <Icon name="alert" className="mt-0.5 size-4" />
          {error}
        </p>
      )}
    </div>
  );
}
