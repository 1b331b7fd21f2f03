/** The subscription that somebody has: until when, how it is paid, and how it ends. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keepSubscription } from "../../api/money.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Billing } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Part } from "../../ui/Sheet.tsx";
import { usePortal } from "./buying.ts";
import { CancelDialog } from "./CancelDialog.tsx";

/** Invoices of what was bought once, or of a subscription that is over. */
function PaymentsPart() {
  const portal = usePortal();
  return (
    <Part id="payments" title={a.subscription.manage}>
      <p className="mt-1 text-[0.9375rem] text-soft">{a.subscription.manageText}</p>
      <Button className="mt-4" disabled={portal.isPending} onClick={() => portal.mutate()}>
        {a.subscription.manage}
      </Button>
      {portal.isError && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(portal.error).message}</ErrorNote>
        </div>
      )}
    </Part>
  );
}

/** `titleOf`: how a plan is called. */
export function SubscriptionPart({ billing, titleOf }: { billing: Billing; titleOf: (plan: string) => string }) {
  const client = useQueryClient();
  const portal = usePortal();
  const [ending, setEnding] = useState(false);
  const resume = useMutation({
    mutationFn: keepSubscription,
    onSuccess: (next) => client.setQueryData(keys.billing, next),
  });
  const { subscription } = billing;
  if (!subscription) return <PaymentsPart />;
  const { plan, period_end, cancel_at_period_end: ends } = subscription;
  const failure = portal.error ?? resume.error;
  return (
    <Part id="subscription" title={a.subscription.title}>
      <p className="mt-2">{(ends ? a.subscription.ends : a.subscription.renews)(titleOf(plan), period_end)}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button disabled={portal.isPending} onClick={() => portal.mutate()}>
          {a.subscription.manage}
        </Button>
        {ends ? (
          <Button look="strong" disabled={resume.isPending} onClick={() => resume.mutate()}>
            {a.subscription.resume}
          </Button>
        ) : (
          <Button look="quiet" onClick={() => setEnding(true)}>
            {a.subscription.cancel}
          </Button>
        )}
      </div>
      {failure && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(failure).message}</ErrorNote>
        </div>
      )}
      <CancelDialog open={ending} onClose={() => setEnding(false)} />
    </Part>
  );
}

/** A payment that failed is said at the top of the page, with the way to mend it. */
export function PaymentFailed() {
  const portal = usePortal();
  return (
    <div className="mt-6">
      <ErrorNote
        title={a.subscription.failedTitle}
        actions={
          <Button disabled={portal.isPending} onClick={() => portal.mutate()}>
            {a.subscription.failedAction}
          </Button>
        }
      >
        {portal.isError ? asProblem(portal.error).message : a.subscription.failedText}
      </ErrorNote>
    </div>
  );
}
