/** A job as it goes on: told by the server's events, and asked for by polling when those do not come through. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { eventsAddress, getJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Job } from "../../api/types.ts";
import { isOver } from "./progress.ts";

const pollAlone = 1_000;
const pollBesideEvents = 8_000;
const eventNames = ["progress", "stage", "status"] as const;

export function useLiveJob(id: string | null): Job | null {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  const { data } = useQuery({
    queryKey: keys.job(id ?? ""),
    queryFn: () => getJob(id ?? ""),
    enabled: id !== null,
    refetchInterval: (query) => {
      if (query.state.data && isOver(query.state.data)) return false;
      return live ? pollBesideEvents : pollAlone;
    },
  });
  const job = data ?? null;
  const over = job === null || isOver(job);

  useEffect(() => {
    if (over || id === null) return;
    const source = new EventSource(eventsAddress(id));
    const take = (event: MessageEvent<string>) => {
      const next = JSON.parse(event.data) as Job;
      setLive(true);
      client.setQueryData<Job>(keys.job(id), (old) => (old && isOver(old) ? old : next));
      if (isOver(next)) source.close();
    };
    for (const name of eventNames) source.addEventListener(name, take);
    source.onerror = () => setLive(false);
    return () => source.close();
  }, [client, id, over]);

  return job;
}
