/** A message with a way out. */
import type { ReactNode, Ref } from "react";
import { Icon } from "./icons.tsx";

interface Props {
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** For a note that is brought into view. */
  ref?: Ref<HTMLDivElement>;
}

export function ErrorNote({ title, children, actions, ref }: Props) {
  return (
    <div ref={ref} role="alert" tabIndex={ref ? -1 : undefined} className="animate-appear rounded-xl border border-bad/40 bg-bad-surface p-4">
      <div className="flex gap-3">
        <Icon name="alert" className="mt-0.5 size-5 text-bad" />
        <div className="min-w-0">
          {title && <p className="mb-1 font-semibold text-bad">{title}</p>}
          {children && <div className="text-[0.9375rem] text-ink">{children}</div>}
        </div>
      </div>
      {actions && <div className="mt-4 flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
