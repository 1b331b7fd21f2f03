/** The last question before an account is gone, with the password so that it is surely its owner who answers. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useRef } from "react";
import { getBilling } from "../../api/money.ts";
import { deleteAccount } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Billing, Me, User } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { errorsFor } from "./fields.ts";
import { left } from "./me.ts";

interface Props {
  user: User;
  me: Me;
  open: boolean;
  onClose: () => void;
}

/** What happens to a subscription, said of any while it is not known whether there is one. */
function endingWith(sold: boolean, billing: Billing | undefined): string | null {
  if (!sold || billing?.subscription === null) return null;
  return billing ? a.account.deleteSubscription : a.account.deleteAnySubscription;
}

export function DeleteAccount({ user, me, open, onClose }: Props) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const remove = useMutation({ mutationFn: deleteAccount, onSuccess: () => left({ gone: true }) });
  const asked = me.billing && open;
  const billing = useQuery({ queryKey: keys.billing, queryFn: getBilling, enabled: asked });
  const subscription = endingWith(asked, billing.data);
  const errors = errorsFor(remove.isError ? asProblem(remove.error) : null, ["password"]);
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={a.account.deleteSure}
      footer={
        <>
          <Button onClick={close}>{a.account.cancel}</Button>
          <Button type="submit" form={id} look="danger" icon="trash" disabled={remove.isPending}>
            {a.account.deleteConfirm}
          </Button>
        </>
      }
    >
      <p className="wrap-anywhere">{a.account.deleteWarning(user.email)}</p>
      <p className="mt-2 text-[0.9375rem] text-soft">
        {a.account.deleteKept}
      </p>
      {subscription && <p className="mt-2 text-[0.9375rem] font-medium">{subscription}</p>}
      <form
        ref={form}
        id={id}
        noValidate
        method="post"
        className="mt-5"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = String(new FormData(event.currentTarget).get("password") ?? "");
          remove.mutate(typed === "" ? null : typed);
        }}
      >
        {/* So that a password manager knows which password is asked for. */}
        <input type="email" name="email" autoComplete="username" value={user.email ?? ""} readOnly hidden />
        <Field
          label={a.account.deletePassword}
          name="password"
          type="password"
          autoComplete="current-password"
          hint={me.logins.length > 0 ? a.account.deleteNoPassword : undefined}
          error={errors.password}
        />
      </form>
      {errors.form && (
        <div className="mt-4">
          <ErrorNote>{errors.form}</ErrorNote>
        </div>
      )}
    </Dialog>
  );
}
