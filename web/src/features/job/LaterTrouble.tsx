/** A later run that did not end well is told above the result that is still there. */
import type { Job } from "../../api/types.ts";
import { wishOf } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Charged } from "../credits/Charged.tsx";
import { useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { troubleTitle } from "../making/words.ts";
import type { ViewProps } from "./shared.ts";

export function LaterTrouble({ job, actions }: { job: Job | null; actions: ViewProps["actions"] }) {
  const { operation, options } = wishOf(job);
  const cost = useCost(operation, options.quality);
  if (job?.status === "succeeded" && job.result?.unchanged) {
    return (
      <div role="status" className="mt-5 rounded-xl border border-line bg-surface p-4 text-[0.9375rem]">
        <p>
          {m.result.laterUnchanged} {job.result.reason}
        </p>
        <Charged job={job} className="mt-1 font-medium" />
      </div>
    );
  }
  if (job?.status !== "failed" && job?.status !== "canceled") return null;
  return (
    <div className="mt-5">
      <ErrorNote
        title={troubleTitle(job)}
        actions={<Button icon="again" onClick={() => actions.retry.mutate(job)}>{priced(m.job.retry, cost)}</Button>}
      >
        {job.error ? <p>{job.error.message}</p> : job.status === "failed" && <p>{m.job.failedText}</p>}
        <Charged job={job} className="mt-1 font-medium" />
      </ErrorNote>
    </div>
  );
}
