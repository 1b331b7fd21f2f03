/** For guests: what they have left today, and that an account keeps their photos. */
import { useQuery } from "@tanstack/react-query";
import { listJobs } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Job, User } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { useUser } from "./me.ts";

/** What counts for today: days are those of UTC, and what did not come to an end is not counted. */
const counts = (job: Job): boolean =>
  job.status !== "canceled" && job.status !== "failed" && job.created_at.slice(0, 10) === new Date().toISOString().slice(0, 10);

/** What guests get less of than others. */
function guestGets({ short_side, watermark }: User["plan"]): string | null {
  if (short_side !== null) return watermark ? m.people.guestGets.both : m.people.guestGets.small;
  return watermark ? m.people.guestGets.mark : null;
}

export function GuestBanner({ className = "" }: { className?: string }) {
  const user = useUser();
  const guest = user?.role === "guest";
  const { data } = useQuery({
    queryKey: keys.today,
    queryFn: () => listJobs(100),
    enabled: guest,
    select: (page) => page.items.filter(counts).length,
  });
  if (!guest) return null;
  const most = user.plan.daily_limit;
  return (
    <aside
      aria-label={m.people.keep}
      className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface py-2 pr-2 pl-4 ${className}`}
    >
      <p className="min-w-0 flex-1 basis-60 text-[0.9375rem]">
        <span className="font-medium">{m.people.keep}.</span> <span className="text-soft">{m.people.keepText}</span>{" "}
        <span className="text-soft">{guestGets(user.plan)}</span>
      </p>
      {most !== null && data !== undefined && (
        <p className="text-sm text-soft tabular-nums">{m.people.today(data, most)}</p>
      )}
      <Link href={paths.signUp} className={buttonClass("plain")}>
        {m.people.signUp}
      </Link>
    </aside>
  );
}
