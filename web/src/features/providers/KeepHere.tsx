/** The switches that keep photos on this machine: for one photo, for those that are added, for an account. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keepPhoto } from "../../api/client.ts";
import { preferLocal } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Photo } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { ErrorNote } from "../../ui/Note.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { keepsAdded, keepAdded } from "./added.ts";
import { useAccountStays, useSenders } from "./useOffers.ts";

/** Where nothing can leave this machine, there is nothing to switch. */
export function KeepPhoto({ photo, className = "" }: { photo: Photo; className?: string }) {
  const client = useQueryClient();
  const senders = useSenders();
  const account = useAccountStays();
  const change = useMutation({
    mutationFn: (on: boolean) => keepPhoto(photo.id, on),
    onSuccess: (changed) => {
      client.setQueryData<Photo>(keys.photo(photo.id), (old) => old && { ...old, local_only: changed.local_only });
      void client.invalidateQueries({ queryKey: keys.photos });
    },
  });
  if (senders.length === 0 && !photo.local_only) return null;
  const on = change.isPending ? change.variables : photo.local_only || account;
  return (
    <div className={className}>
      <Switch
        label={m.keep.photo}
        hint={account ? m.keep.byAccount : m.keep.photoHint}
        on={on}
        disabled={account || change.isPending}
        onChange={(next) => change.mutate(next)}
      />
      {change.isError && <ErrorNote>{asProblem(change.error).message}</ErrorNote>}
    </div>
  );
}

/** Before a photo is added: whoever adds one knows where it may go, and can say that it stays. */
export function KeepAdded({ className = "" }: { className?: string }) {
  const senders = useSenders();
  const account = useAccountStays();
  const [on, setOn] = useState(keepsAdded);
  if (senders.length === 0) return null;
  return (
    <div className={className}>
      <p className="text-sm text-balance text-soft">{account || on ? m.who.stays : m.who.mayGoNew(senders)}</p>
      <Switch
        label={m.keep.added}
        on={account || on}
        disabled={account}
        onChange={(next) => {
          keepAdded(next);
          setOn(next);
        }}
        className="mx-auto mt-1 w-fit"
      />
    </div>
  );
}

export function KeepAccount() {
  const client = useQueryClient();
  const senders = useSenders();
  const on = useAccountStays();
  const change = useMutation({
    mutationFn: preferLocal,
    onSuccess: (preferences) => client.setQueryData(keys.preferences, preferences),
  });
  return (
    <div className="mt-3">
      <Switch
        label={m.keep.account}
        hint={senders.length > 0 ? m.keep.accountHint : m.keep.accountNone}
        on={change.isPending ? change.variables : on}
        disabled={change.isPending}
        onChange={(next) => change.mutate(next)}
      />
      {change.isError && <ErrorNote>{asProblem(change.error).message}</ErrorNote>}
    </div>
  );
}
