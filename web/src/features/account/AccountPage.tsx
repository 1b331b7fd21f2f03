/** Who somebody is here, their keys, and the ways out: taking everything along, and leaving for good. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { exportAddress, mailVerification } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import type { Me, User } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink, buttonClass } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Part, Sheet } from "../../ui/Sheet.tsx";
import { KeepAccount } from "../providers/KeepHere.tsx";
import { DeleteAccount } from "./DeleteAccount.tsx";
import { Keys } from "./Keys.tsx";

function Verification({ user }: { user: User }) {
  const send = useMutation({ mutationFn: mailVerification });
  if (user.verified) {
    return (
      <p className="mt-1 flex items-center gap-1.5 text-[0.9375rem] text-good">
        <Icon name="check" className="size-4" />
        {a.account.verified}
      </p>
    );
  }
  return (
    <>
      <p className="mt-1 text-[0.9375rem] text-soft">{a.account.unverified}</p>
      <p role="status" className="mt-1 text-[0.9375rem] font-medium text-good empty:hidden">
        {send.isSuccess && a.account.resent}
      </p>
      {send.isError && (
        <div className="mt-3">
          <ErrorNote>{asProblem(send.error).message}</ErrorNote>
        </div>
      )}
      {!send.isSuccess && (
        <Button className="mt-3" disabled={send.isPending} onClick={() => send.mutate()}>
          {a.account.resend}
        </Button>
      )}
    </>
  );
}

export function AccountPage({ user, me }: { user: User; me: Me }) {
  const [leaving, setLeaving] = useState(false);
  return (
    <Sheet title={a.account.title}>
      <dl className="mt-6 grid gap-6 sm:grid-cols-2">
        <div>
          <dt className="text-sm font-semibold">{a.account.email}</dt>
          <dd className="mt-1">
            {user.email ? (
              <>
                <span className="text-lg wrap-anywhere">{user.email}</span>
                <Verification user={user} />
              </>
            ) : (
              <span className="text-soft">{a.account.noEmail}</span>
            )}
          </dd>
        </div>
        <div>
          <dt className="text-sm font-semibold">{a.account.plan}</dt>
          <dd className="mt-1">
            <span className="text-lg">{user.plan.title}</span>
            {me.billing && (
              <p className="mt-3">
                <Link href={paths.plans} className={buttonClass("plain")}>
                  {a.account.changePlan}
                </Link>
              </p>
            )}
          </dd>
        </div>
      </dl>
      {user.role !== "guest" && (
        <Part id="privacy" title={m.keep.accountTitle}>
          <KeepAccount />
        </Part>
      )}
      <Part id="keys" title={a.account.keys}>
        <Keys />
      </Part>
      <Part id="export" title={a.account.exportTitle}>
        <p className="mt-2 text-[0.9375rem] text-soft">{a.account.exportText}</p>
        <ButtonLink icon="download" className="mt-4" href={exportAddress} download>
          {a.account.exportAction}
        </ButtonLink>
      </Part>
      <Part id="delete" title={a.account.deleteTitle}>
        <p className="mt-2 text-[0.9375rem] text-soft">{a.account.deleteText}</p>
        <Button look="danger" icon="trash" className="mt-4" onClick={() => setLeaving(true)}>
          {a.account.deleteAction}
        </Button>
      </Part>
      <DeleteAccount user={user} me={me} open={leaving} onClose={() => setLeaving(false)} />
    </Sheet>
  );
}
