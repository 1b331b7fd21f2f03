/** All photos, newest first, asked for again while work is going on. One question serves any number of running jobs. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getCapabilities, listPhotos, listRunningJobs } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Photo } from "../../api/types.ts";
import { useSomebody } from "../account/me.ts";
import { isOver } from "../job/progress.ts";

const pageSize = 60;
const whileWorking = 1_000;

const atWork = (photo: Photo): boolean => photo.latest_job !== null && !isOver(photo.latest_job);

export function usePhotos() {
  const query = useInfiniteQuery({
    queryKey: keys.photos,
    enabled: useSomebody() === true,
    queryFn: ({ pageParam }) => listPhotos(pageParam, pageSize),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (current) => {
      const photos = current.state.data?.pages.flatMap((page) => page.items) ?? [];
      return photos.some(atWork) ? whileWorking : false;
    },
  });
  const photos = query.data?.pages.flatMap((page) => page.items) ?? [];
  const running = useQuery({
    queryKey: keys.running,
    queryFn: listRunningJobs,
    enabled: photos.some(atWork),
    refetchInterval: whileWorking,
  });
  const progress = new Map(running.data?.items.map((job) => [job.photo_id, job.progress]));
  return { ...query, photos, atWork: photos.filter(atWork), progress };
}

export const useCapabilities = () =>
  useQuery({ queryKey: keys.capabilities, queryFn: getCapabilities, staleTime: Number.POSITIVE_INFINITY });
