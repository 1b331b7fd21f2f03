/** The right end of the header of a service for many: coming in, the balance, the account. */
import { useMutation } from "@tanstack/react-query";
import { signOut } from "../../api/people.ts";
import type { Me, User } from "../../api/types.ts";
import { Link, follow } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { credits } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Menu, menuItem } from "../../ui/Menu.tsx";
import { useCredits } from "../credits/cost.ts";
import { left, useMe } from "./me.ts";

interface ItemProps {
  href: string;
  icon: IconName;
  text: string;
  close: () => void;
}

function Item({ href, icon, text, close }: ItemProps) {
  return (
    <a
      href={href}
      className={menuItem}
      onClick={(event) => {
        follow(event);
        close();
      }}
    >
      <Icon name={icon} className="size-5 text-soft" />
      {text}
    </a>
  );
}

function Balance() {
  const have = useCredits();
  if (have === null) return null;
  const owed = have.debt > 0;
  return (
    <Link
      href={paths.credits}
      aria-label={owed ? m.people.debt : m.people.balance(have.available)}
      className={`flex min-h-11 items-center gap-1.5 rounded-lg px-2 text-sm font-medium whitespace-nowrap tabular-nums hover:bg-sunken sm:px-3 ${owed ? "text-bad" : ""}`}
    >
      <Icon name="coin" className="size-5 text-ember max-sm:hidden" />
      {owed ? m.people.debt : credits(have.available)}
    </Link>
  );
}

function UserMenu({ user, me }: { user: User; me: Me }) {
  const leave = useMutation({ mutationFn: signOut, onSuccess: () => left() });
  return (
    <Menu icon="person" label={m.people.menu}>
      {(close) => (
        <>
          <p className="border-b border-line px-3 pt-1.5 pb-2.5 text-sm wrap-anywhere text-soft">
            {user.email}
            <span className="block font-medium text-ink">{user.plan.title}</span>
          </p>
          <div className="pt-1.5">
            <Item href={paths.account} icon="person" text={m.people.account} close={close} />
            {user.plan.monthly_credits !== null && (
              <Item href={paths.credits} icon="coin" text={m.people.credits} close={close} />
            )}
            {me.billing && <Item href={paths.plans} icon="plus" text={m.people.plans} close={close} />}
            <button type="button" className={menuItem} disabled={leave.isPending} onClick={() => leave.mutate()}>
              <Icon name="leave" className="size-5 text-soft" />
              {m.people.signOut}
            </button>
          </div>
        </>
      )}
    </Menu>
  );
}

/** `tight`: there is little room on a phone, so the two ways in go into a menu there. */
function Entrance({ me, tight }: { me: Me; tight: boolean }) {
  // Signing up stays in sight where there is room for one button beside the menu.
  const inMenu = tight || me.billing;
  return (
    <>
      <div className={`flex items-center gap-1 ${tight ? "max-sm:hidden" : ""}`}>
        {me.billing && (
          <Link href={paths.plans} className={buttonClass("quiet", "max-md:hidden")}>
            {m.people.visitorPlans}
          </Link>
        )}
        <Link href={paths.signIn} className={buttonClass("quiet", inMenu ? "max-sm:hidden" : "max-sm:px-2.5")}>
          {m.people.signIn}
        </Link>
        <Link href={paths.signUp} className={buttonClass("plain", "max-sm:px-3")}>
          {m.people.signUp}
        </Link>
      </div>
      {inMenu && (
        <Menu icon="person" label={tight ? m.people.guestMenu : m.people.plansMenu} className={me.billing ? "md:hidden" : "sm:hidden"}>
          {(close) => (
            <>
              <Item href={paths.signIn} icon="person" text={m.people.signIn} close={close} />
              {tight && <Item href={paths.signUp} icon="plus" text={m.people.signUp} close={close} />}
              {me.billing && <Item href={paths.plans} icon="coin" text={m.people.visitorPlans} close={close} />}
            </>
          )}
        </Menu>
      )}
    </>
  );
}

export function People({ tight }: { tight: boolean }) {
  const me = useMe().data;
  if (me?.mode !== "accounts") return null;
  if (me.user === null || me.user.role === "guest") return <Entrance me={me} tight={tight} />;
  return (
    <>
      <Balance />
      <UserMenu user={me.user} me={me} />
    </>
  );
}
