/** Keys for programs: the list, making one, taking one back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listKeys, revokeKey } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { ApiKey } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { NewKey } from "./NewKey.tsx";

function Row({ one, onRevoke }: { one: ApiKey; onRevoke: () => void }) {
  const may = one.scopes.includes("write") ? a.account.scopes.write : a.account.scopes.read;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium wrap-anywhere">{one.name}</p>
        <p className="text-sm text-soft">
          {may}, {a.account.keyHint(one.hint)}
        </p>
        <p className="text-sm text-soft">{a.account.keyMade(one.created_at, one.used_at)}</p>
      </div>
      <Button aria-label={a.account.revokeNamed(one.name)} onClick={onRevoke}>
        {a.account.revoke}
      </Button>
    </li>
  );
}

function RevokeDialog({ one, onClose }: { one: ApiKey | null; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => revokeKey(id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.apiKeys });
      onClose();
    },
  });
  return (
    <Dialog
      open={one !== null}
      onClose={onClose}
      title={a.account.revokeTitle}
      footer={
        <>
          <Button onClick={onClose}>{a.account.keep}</Button>
          <Button look="danger" disabled={revoke.isPending} onClick={() => one && revoke.mutate(one.id)}>
            {a.account.revoke}
          </Button>
        </>
      }
    >
      <p className="wrap-anywhere text-soft">{one && a.account.revokeText(one.name)}</p>
      {revoke.isError && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(revoke.error).message}</ErrorNote>
        </div>
      )}
    </Dialog>
  );
}

export function Keys() {
  const list = useQuery({ queryKey: keys.apiKeys, queryFn: listKeys });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const items = list.data?.items ?? [];
  return (
    <>
      <p className="mt-2 text-[0.9375rem] text-soft">{a.account.keysText}</p>
      {list.isError && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(list.error).message}</ErrorNote>
        </div>
      )}
      {list.isSuccess && items.length === 0 && <p className="mt-3">{a.account.noKeys}</p>}
      {items.length > 0 && (
        <ul className="mt-2 divide-y divide-line">
          {items.map((one) => (
            <Row key={one.id} one={one} onRevoke={() => setRevoking(one)} />
          ))}
        </ul>
      )}
      <Button icon="plus" className="mt-4" onClick={() => setMaking(true)}>
        {a.account.makeKey}
      </Button>
      <NewKey open={making} onClose={() => setMaking(false)} />
      <RevokeDialog one={revoking} onClose={() => setRevoking(null)} />
    </>
  );
}
