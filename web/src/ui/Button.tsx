/** Buttons, and links that look like them. All at least 44 pixels high. */
import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icons.tsx";

type Look = "strong" | "plain" | "quiet" | "danger";

const looks: Record<Look, string> = {
  strong: "bg-strong text-on-strong hover:opacity-90 active:opacity-80",
  plain: "bg-surface text-ink border border-edge hover:bg-sunken",
  quiet: "text-ink hover:bg-sunken",
  danger: "border border-bad text-bad bg-surface hover:bg-bad-surface",
};

const shape =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 py-2 text-[0.9375rem] leading-tight font-medium " +
  "transition-[background-color,opacity] select-none disabled:opacity-50";

export const buttonClass = (look: Look, extra = ""): string => `${shape} ${looks[look]} ${extra}`;

interface Common {
  look?: Look;
  icon?: IconName;
}

export function Button({
  look = "plain",
  icon,
  className = "",
  children,
  ...rest
}: Common & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" className={buttonClass(look, className)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function ButtonLink({
  look = "plain",
  icon,
  className = "",
  children,
  ...rest
}: Common & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a className={buttonClass(look, className)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

export function IconButton({
  icon,
  label,
  className = "",
  ...rest
}: { icon: IconName; label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-grid size-11 shrink-0 place-items-center rounded-lg text-ink transition-colors hover:bg-sunken disabled:opacity-40 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
