/** Who is asked first since an earlier choice, and a way to forget that. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { bakeoffKeys, forgetFavourite, getFavourites, type Single } from "./calls.ts";
import { nameOf } from "./contest.ts";

export function First({ operation }: { operation: Single }) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: bakeoffKeys.favourites, queryFn: getFavourites });
  const forget = useMutation({
    mutationFn: forgetFavourite,
    onSuccess: () => client.invalidateQueries({ queryKey: bakeoffKeys.favourites }),
  });
  const first = data?.items.find((one) => one.operation === operation);
  if (!first) return null;
  return (
    <section aria-labelledby="first" className="mt-8">
      <h2 id="first" className="text-sm font-semibold">
        {m.bakeoff.first}
      </h2>
      <p className="mt-1 text-[0.9375rem] wrap-anywhere">
        {nameOf(first)}
        {!first.on_offer && <span className="block text-sm text-soft">{m.bakeoff.gone}</span>}
      </p>
      <Button look="quiet" icon="undo" className="mt-1 -ml-4" disabled={forget.isPending} onClick={() => forget.mutate(operation)}>
        {m.bakeoff.forget}
      </Button>
    </section>
  );
}
