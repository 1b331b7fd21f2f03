/** Several do the same to a photo: first who, then which result is the best. */
import { useQuery } from "@tanstack/react-query";
import { getPhoto } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import { Loading } from "../../app/Loading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { Refused } from "../credits/Refused.tsx";
import { Results } from "./Results.tsx";
import { Setup } from "./Setup.tsx";

export function BakeoffPage({ id, bakeoff }: { id: string; bakeoff: string | null }) {
  const { data: photo, error } = useQuery({ queryKey: keys.photo(id), queryFn: () => getPhoto(id) });
  if (photo) return bakeoff === null ? <Setup photo={photo} /> : <Results photo={photo} id={bakeoff} />;
  if (!error) return <Loading />;
  const { status } = asProblem(error);
  return status === 404 || status === 422 ? <NotFound /> : <Refused error={error} />;
}
