/** The frame of all pages that lead in: one narrow column, a heading, a form. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Heading } from "../../app/Heading.tsx";
import { Link } from "../../app/Link.tsx";
import { a } from "../../messages/account.ts";
import { Button } from "../../ui/Button.tsx";
import { Flame } from "../../ui/icons.tsx";
import { ErrorNote } from "../../ui/Note.tsx";

export function Entrance({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  return (
    <div className="m-auto w-full max-w-md px-4 py-8 sm:py-12">
      <div className="rounded-3xl border border-line bg-surface p-6 sm:p-9">
        <Flame className="-ml-2 size-10" />
        <Heading title={title} className="mt-3 text-2xl font-semibold">
          {title}
        </Heading>
        {text && <div className="mt-2 text-soft">{text}</div>}
        {children}
      </div>
    </div>
  );
}

interface FormProps {
  submit: string;
  busy: boolean;
  error?: string | null;
  onSubmit: (values: Record<string, string>) => void;
  children: ReactNode;
}

/** The values of all fields go to `onSubmit` by their names. */
export function Form({ submit, busy, error, onSubmit, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    // Who was refused goes on where something is wrong.
    if (tries > 0 && !busy) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tries, busy]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const pairs = [...new FormData(form.current).entries()].map(([name, value]) => [name, String(value)] as const);
    onSubmit(Object.fromEntries(pairs));
    setTries(tries + 1);
  };
  return (
    <form ref={form} noValidate method="post" onSubmit={send} className="mt-6 grid gap-5">
      {error && <ErrorNote>{error}</ErrorNote>}
      {children}
      <Button type="submit" look="strong" className="min-h-12" aria-disabled={busy}>
        {busy ? a.entrance.sending : submit}
      </Button>
    </form>
  );
}

export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="inline-flex min-h-6 items-center font-medium text-ember underline underline-offset-2">
      {children}
    </Link>
  );
}
