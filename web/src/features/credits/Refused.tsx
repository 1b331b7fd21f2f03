/** A job that was not begun, with the way out that fits: credits, a plan, an account. */
import { useEffect, useRef } from "react";
import { asProblem } from "../../api/problem.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { useMe } from "../account/me.ts";

interface Way {
  href: string;
  text: string;
}

const signUp: Way = { href: paths.signUp, text: m.people.signUp };
const toPlans: Way = { href: paths.plans, text: m.spending.toPlans };

const ways = new Map<string, { user: Way | null; guest: Way }>([
  ["insufficient_credits", { user: { href: paths.plans, text: m.spending.topUp }, guest: signUp }],
  ["account_in_debt", { user: { href: paths.credits, text: m.spending.toCredits }, guest: signUp }],
  ["daily_limit_reached", { user: toPlans, guest: signUp }],
  ["not_in_plan", { user: toPlans, guest: signUp }],
  ["too_many_requests", { user: null, guest: signUp }],
]);

/** Where nothing is sold, nobody is told to buy. */
const unsold: Readonly<Record<string, string>> = {
  insufficient_credits: m.spending.shortHere,
  account_in_debt: m.spending.debtHere,
};

interface Props {
  error: unknown;
  /** Instead of what the refusal is called. */
  title?: string;
  /** Somebody has just asked for it: they are brought to the answer, which may be far from the button. */
  asked?: boolean;
}

export function Refused({ error, title, asked = true }: Props) {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!asked) return;
    note.current?.focus({ preventScroll: true });
    note.current?.scrollIntoView({ block: "center" });
  }, [error, asked]);
  const me = useMe().data;
  const guest = me?.user?.role === "guest";
  const problem = asProblem(error);
  const known = ways.get(problem.code);
  const offered = known?.[guest ? "guest" : "user"];
  const way = offered?.href === paths.plans && !me?.billing ? null : offered;
  return (
    <ErrorNote
      ref={note}
      title={title ?? (known ? problem.title : m.problem.title)}
      actions={
        way && (
          <Link href={way.href} className={buttonClass("plain")}>
            {way.text}
          </Link>
        )
      }
    >
      {me?.billing ? problem.message : (unsold[problem.code] ?? problem.message)}
    </ErrorNote>
  );
}
