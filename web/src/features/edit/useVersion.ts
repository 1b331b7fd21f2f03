/** The version of a photo that is worked on, and the job that made it. */
import { useQuery } from "@tanstack/react-query";
import { getJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Job, Photo, Rendition } from "../../api/types.ts";

/** The job that made a result: the latest one in most cases, an older one for an older version. Null until it is known. */
export function useJobOf(rendition: Rendition | undefined, latest: Job | null): Job | null {
  const id = rendition?.job_id ?? "";
  const known = latest?.id === id ? latest : null;
  const { data } = useQuery({
    queryKey: keys.job(id),
    queryFn: () => getJob(id),
    enabled: id !== "" && known === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return known ?? data ?? null;
}

export interface Version {
  rendition: Rendition | null;
  job: Job | null;
  /** The picture before anything was done to it, straightened. */
  before: string;
  width: number;
  height: number;
}

/** Null while it is not known yet. Without any version it is the photo as it came, with the job that changed nothing. */
export function useVersion(photo: Photo | null, latest: Job | null, number: number | null): Version | null {
  const rendition = photo?.results.find((one) => one.version === number) ?? photo?.results[0];
  const job = useJobOf(rendition, latest);
  if (!photo) return null;
  if (!rendition) {
    if (photo.latest_job && !latest) return null;
    return { rendition: null, job: latest, before: photo.preview_url, width: photo.width, height: photo.height };
  }
  if (!job) return null;
  return { rendition, job, before: rendition.before_preview_url, width: rendition.width, height: rendition.height };
}
