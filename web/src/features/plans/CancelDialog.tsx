/** What will be lost with a subscription, said before it is canceled. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { cancelSubscription, getCancellation } from "../../api/money.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { ErrorNote } from "../../ui/Note.tsx";

export function CancelDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: keys.cancellation, queryFn: getCancellation, enabled: open, staleTime: 0 });
  const cancel = useMutation({
    mutationFn: cancelSubscription,
    onSuccess: (next) => {
      client.setQueryData(keys.billing, next);
      onClose();
    },
  });
  const failure = cancel.error ?? error;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={a.subscription.cancelTitle}
      footer={
        <>
          <Button onClick={onClose}>{a.subscription.keep}</Button>
          <Button look="danger" disabled={!data || cancel.isPending} onClick={() => cancel.mutate()}>
            {a.subscription.confirm}
          </Button>
        </>
      }
    >
      {data ? (
        <ul className="grid gap-2">
          <li>{a.subscription.cancelEnds(data.ends_at)}</li>
          <li className={data.lost > 0 ? "font-medium text-bad" : ""}>
            {data.lost > 0 ? a.subscription.lost(data.lost) : a.subscription.nothingLost}
          </li>
          {data.kept > 0 && <li>{a.subscription.kept(data.kept)}</li>}
        </ul>
      ) : (
        !error && <p className="text-soft">{m.app.loading}</p>
      )}
      {failure && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(failure).message}</ErrorNote>
        </div>
      )}
    </Dialog>
  );
}
