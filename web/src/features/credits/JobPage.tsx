/** A job has no page of its own: this goes on to its photo. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { getJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import { Loading } from "../../app/Loading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { navigate, paths } from "../../app/route.ts";

export function JobPage({ id }: { id: string }) {
  const { data, isError } = useQuery({ queryKey: keys.job(id), queryFn: () => getJob(id) });
  const photo = data?.photo_id;
  useEffect(() => {
    if (photo) navigate(paths.photo(photo), { replace: true });
  }, [photo]);
  return isError ? <NotFound /> : <Loading />;
}
