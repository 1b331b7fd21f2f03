/** A modal dialog on the browser's own element: it traps the focus, closes on Escape and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { m } from "../messages/index.ts";
import { IconButton } from "./Button.tsx";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  footer: ReactNode;
}

export function Dialog({ open, onClose, title, children, footer }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className="m-auto max-h-[92dvh] w-[min(34rem,calc(100vw-2rem))] flex-col overflow-hidden rounded-2xl bg-surface text-ink shadow-lift open:flex max-sm:mb-0 max-sm:w-full max-sm:max-w-none max-sm:rounded-b-none"
    >
      {open && (
        <>
          <div className="flex items-center justify-between gap-4 py-3 pr-3 pl-6">
            <h2 id={titleId} className="text-lg font-semibold">
              {title}
            </h2>
            <IconButton icon="cross" label={m.app.close} onClick={onClose} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-6 pb-6">{children}</div>
          <div className="flex flex-wrap justify-end gap-3 border-t border-line px-6 py-4 max-sm:[&>*]:flex-1">{footer}</div>
        </>
      )}
    </dialog>
  );
}
