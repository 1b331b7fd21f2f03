/** One line of the history: what happened, when, what it changed, and what was left. What was set aside before is only named. */
import type { Entry } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { credits, dayAndTime, signedCredits } from "../../messages/amounts.ts";

export function EntryRow({ entry, change }: { entry: Entry; change: number }) {
  // What is spent went when it was set aside: with an amount it would look as if it was paid twice.
  const spent = entry.kind === "capture";
  return (
    <li className="flex items-baseline gap-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{spent ? a.credits.spent(entry.amount) : entry.text}</p>
        <p className="flex flex-wrap items-center gap-x-4 text-sm text-soft">
          <time dateTime={entry.at}>{dayAndTime(entry.at)}</time>
          {entry.job_id && (
            <Link href={paths.job(entry.job_id)} className="inline-flex min-h-6 items-center text-ember underline underline-offset-2">
              {a.credits.photo}
            </Link>
          )}
        </p>
      </div>
      <p className="shrink-0 text-right tabular-nums">
        {!spent && (
          <span className={`block font-medium ${change > 0 ? "text-good" : change < 0 ? "" : "text-soft"}`}>
            {change === 0 ? credits(entry.amount) : signedCredits(change)}
          </span>
        )}
        <span className="block text-sm text-soft">{a.credits.left(credits(entry.available))}</span>
      </p>
    </li>
  );
}
