/** Who made a result, and what should be known of it: that it was generated, marked, or made less well than usual. */
import type { Job } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { useSenders } from "../providers/useOffers.ts";

/** Who does not work here generates; what is merely mended here needs no such words. */
export function MadeBy({ job, className = "" }: { job: Job; className?: string }) {
  const senders = useSenders();
  const { result, price } = job;
  if (!result?.provider) return null;
  const here = result.provider === "embedded";
  if (here && senders.length === 0 && !result.degraded && !result.marks) return null;
  return (
    <div className={`grid gap-1.5 text-sm ${className}`}>
      <p className="flex flex-wrap gap-1.5">
        <span className="inline-flex min-h-7 items-center gap-1.5 rounded-full border border-line px-2.5">
          <Icon name={here ? "lock" : "send"} className="size-4 text-soft" />
          {here ? m.made.here : m.made.by(result.provider_title ?? result.provider)}
        </span>
        {!here && (
          <span className="inline-flex min-h-7 items-center gap-1.5 rounded-full border border-line px-2.5">
            <Icon name="wand" className="size-4 text-soft" />
            {m.made.generated}
          </span>
        )}
      </p>
      {result.degraded && <p>{price ? m.made.degraded : m.made.degradedFree}</p>}
      {result.marks && <p className="text-soft">{result.marks}</p>}
    </div>
  );
}
