/** A new job becomes the latest one of its photo, everywhere in the page. */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../../api/queries.ts";
import type { Job, Photo } from "../../api/types.ts";
import { chosen } from "./chosen.ts";

export function adopt(client: QueryClient, id: string, job: Job, change: Partial<Photo> = {}): void {
  chosen.newest(id);
  client.setQueryData(keys.job(job.id), job);
  client.setQueryData<Photo>(
    keys.photo(id),
    (old) => old && { ...old, ...change, latest_job: { id: job.id, status: job.status } },
  );
  void client.invalidateQueries({ queryKey: keys.photos });
  void client.invalidateQueries({ queryKey: keys.credits });
  void client.invalidateQueries({ queryKey: keys.today });
}
