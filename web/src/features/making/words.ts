/** What is said of a job while it goes on, and of what came of it. Values in, values out. */
import type { Job, JobResult, Operation, Stage } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { isMaking } from "./makings.ts";

export const stageWords = (operation: Operation, stage: Stage): string => {
  if (stage === "done" || stage === "finishing") return isMaking(operation) ? m.making.finishingStage : m.job.stages.finishing;
  return stage === "restoring" && isMaking(operation) ? m.making.doingStage : m.job.stages[stage];
};

export const doneTitle = (operation: Operation, result: JobResult | null): string => {
  if (isMaking(operation)) return m.making.done[operation];
  return result?.chosen === "input" ? m.result.straightened : m.result.restored;
};

export const troubleTitle = ({ operation, status }: Pick<Job, "operation" | "status">): string => {
  if (status === "failed") return isMaking(operation) ? m.making.failed : m.job.failedTitle;
  return isMaking(operation) ? m.making.canceled : m.job.canceledTitle;
};
