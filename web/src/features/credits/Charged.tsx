/** What a job cost in the end. Where nothing is ever charged, nothing is said. */
import type { Job } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { chargedFor } from "./charged.ts";

export function Charged({ job, className = "" }: { job: Job | null; className?: string }) {
  const charged = chargedFor(job);
  if (charged === null) return null;
  return <p className={className}>{charged === 0 ? m.spending.notCharged : m.spending.charged(charged)}</p>;
}
