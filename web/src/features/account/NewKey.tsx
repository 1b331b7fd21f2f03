/** Making a key: what it is for and what it may do, then the key itself, which is shown this one time. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { makeKey } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Scope } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { errorsFor } from "./fields.ts";

const scopesOf: Record<Scope, Scope[]> = { read: ["read"], write: ["read", "write"] };
const choices = (["read", "write"] as const).map((value) => ({ value, ...a.account.mays[value] }));

function Shown({ secret }: { secret: string }) {
  const [said, setSaid] = useState("");
  const copy = () =>
    // Missing on plain http from another device, like much that is for secure places only.
    (navigator.clipboard?.writeText(secret) ?? Promise.reject(new Error("no clipboard"))).then(
      () => setSaid(a.account.copied),
      () => setSaid(a.account.copyByHand),
    );
  return (
    <>
      <p className="text-soft">{a.account.newKeyText}</p>
      <code className="mt-4 block rounded-lg border border-line bg-sunken p-3 text-sm break-all select-all">{secret}</code>
      <div className="mt-3 flex items-center gap-3">
        <Button icon="copy" onClick={() => void copy()}>
          {a.account.copy}
        </Button>
        <p role="status" className="text-sm font-medium">
          {said}
        </p>
      </div>
    </>
  );
}

export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const id = useId();
  const client = useQueryClient();
  const [may, setMay] = useState<Scope>("write");
  const [lacking, setLacking] = useState(false);
  const make = useMutation({
    mutationFn: (name: string) => makeKey(name, scopesOf[may]),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.apiKeys }),
  });
  const errors = errorsFor(make.isError ? asProblem(make.error) : null, ["name"]);
  const close = () => {
    make.reset();
    setLacking(false);
    onClose();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    setLacking(name === "");
    if (name !== "") make.mutate(name);
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={make.data ? a.account.newKeyTitle : a.account.makeKey}
      footer={
        make.data ? (
          <Button look="strong" onClick={close}>
            {a.account.done}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{a.account.cancel}</Button>
            <Button type="submit" form={id} look="strong" disabled={make.isPending}>
              {a.account.makeKey}
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <Shown secret={make.data.key} />
      ) : (
        <form id={id} noValidate method="post" onSubmit={submit} className="grid gap-6">
          <Field
            label={a.account.keyName}
            name="name"
            autoComplete="off"
            maxLength={80}
            hint={a.account.keyNameHint}
            error={lacking ? a.account.needName : errors.name}
          />
          <Choice legend={a.account.may} options={choices} value={may} onChange={setMay} />
          {errors.form && <ErrorNote>{errors.form}</ErrorNote>}
        </form>
      )}
    </Dialog>
  );
}
