/** One photo with its job as it goes on, and what can be asked of it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { cancelJob, getPhoto, retryJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Job } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { submitAsShown } from "../credits/cost.ts";
import { adopt } from "./adopt.ts";
import { isOver } from "./progress.ts";
import { useLiveJob } from "./useLiveJob.ts";

export function usePhoto(id: string) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.photo(id), queryFn: () => getPhoto(id) });
  const photo = query.data ?? null;
  const job = useLiveJob(photo?.latest_job?.id ?? null);

  // The photo knows its diagnosis after one stage and its result after the last: ask again at these moments.
  const stage = job ? `${job.id} ${job.stage} ${job.status}` : "";
  const seen = useRef(stage);
  useEffect(() => {
    if (seen.current === stage) return;
    seen.current = stage;
    void client.invalidateQueries({ queryKey: keys.photo(id) });
    if (!job || !isOver(job)) return;
    void client.invalidateQueries({ queryKey: keys.photos });
    void client.invalidateQueries({ queryKey: keys.credits });
  }, [client, id, job, stage]);

  return { query, photo, job };
}

/** Starting, stopping and trying again; each answer is a job, which becomes the photo's latest one. */
export function useJobActions(id: string) {
  const client = useQueryClient();
  const onSuccess = (job: Job) => adopt(client, id, job);
  return {
    submit: useMutation({ mutationFn: (wish: Wish) => submitAsShown(client, id, wish), onSuccess }),
    cancel: useMutation({ mutationFn: (job: Job) => cancelJob(job.id), onSuccess }),
    retry: useMutation({ mutationFn: (job: Job) => retryJob(job.id), onSuccess }),
  };
}
