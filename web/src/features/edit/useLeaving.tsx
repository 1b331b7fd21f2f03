/** The ways out of a page with unsaved work: Escape, the links, the browser's own. All of them ask first. */
import { useEffect, useRef, useState } from "react";
import { holdPage, navigate } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { asked } from "./useHistory.ts";

/** Escape leaves, unless a dialog is open, which it closes. */
export function useEscape(leave: () => void): void {
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || asked()) return;
      // Else the same key would close the dialog that it opens.
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);
}

/** `unsaved` work is asked about; the dialog has to be part of the page. Escape may first end something smaller. */
export function useLeaving(to: string, unsaved: boolean, insteadOfEscape?: () => boolean) {
  const [going, setGoing] = useState<(() => void) | null>(null);
  useEffect(() => {
    if (!unsaved) return;
    holdPage((leave) => setGoing(() => leave));
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => {
      holdPage(null);
      window.removeEventListener("beforeunload", ask);
    };
  }, [unsaved]);
  const leave = () => navigate(to);
  useEscape(() => insteadOfEscape?.() || leave());
  const dialog = (
    <Dialog
      open={going !== null}
      onClose={() => setGoing(null)}
      title={m.edit.leaveTitle}
      footer={
        <>
          <Button onClick={() => setGoing(null)}>{m.edit.stay}</Button>
          <Button look="danger" onClick={() => going?.()}>
            {m.edit.leave}
          </Button>
        </>
      }
    >
      <p className="text-soft">{m.edit.leaveText}</p>
    </Dialog>
  );
  /** After the work is handed over: out, without a question. */
  const done = () => {
    holdPage(null);
    navigate(to);
  };
  return { leave, done, dialog };
}
