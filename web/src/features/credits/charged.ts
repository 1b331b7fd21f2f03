/** What a job cost in the end. Values in, values out. */
import type { Job } from "../../api/types.ts";

/** In milli-credits; null while it goes on, and where nothing is ever charged. */
export function chargedFor(job: Pick<Job, "status" | "price"> | null): number | null {
  if (!job?.price || job.status === "queued" || job.status === "running") return null;
  if (job.price.charged !== null) return job.price.charged;
  return job.status === "succeeded" ? null : 0;
}
