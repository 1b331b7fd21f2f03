/** Tells whoever runs this server that something is wrong with a result. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { reportResult } from "../../api/client.ts";
import { mode } from "../../api/mode.ts";
import { asProblem } from "../../api/problem.ts";
import type { Rendition, Report } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { TextArea } from "../../ui/TextArea.tsx";

type Reason = Report["reason"];

const reasons: readonly Reason[] = ["looks_wrong", "indecent", "not_mine", "other"];
const most = 1000;

export function ReportDialog({ rendition, onClose }: { rendition: Rendition; onClose: () => void }) {
  const [reason, setReason] = useState<Reason>("looks_wrong");
  const [text, setText] = useState("");
  const send = useMutation({ mutationFn: () => reportResult(rendition.id, { reason, text: text.trim() }) });
  return (
    <Dialog
      open
      onClose={onClose}
      title={m.report.title}
      footer={
        send.isSuccess ? (
          <Button look="strong" onClick={onClose}>
            {m.report.close}
          </Button>
        ) : (
          <>
            <Button onClick={onClose} className="max-sm:hidden">
              {m.making.cancel}
            </Button>
            <Button look="strong" disabled={send.isPending} onClick={() => send.mutate()}>
              {m.report.send}
            </Button>
          </>
        )
      }
    >
      {send.isSuccess ? (
        <p role="status">{m.report.thanks}</p>
      ) : (
        <div className="grid gap-6">
          <Choice
            legend={m.report.reason}
            options={reasons.map((value) => ({ value, name: m.report.reasons[value] }))}
            value={reason}
            onChange={setReason}
          />
          <TextArea
            label={m.report.text}
            hint={m.report.who[mode.now()]}
            value={text}
            most={most}
            left={m.prompt.left}
            onChange={setText}
          />
          {send.isError && <ErrorNote>{asProblem(send.error).message}</ErrorNote>}
        </div>
      )}
    </Dialog>
  );
}
