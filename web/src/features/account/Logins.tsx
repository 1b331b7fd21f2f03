/** The other services that somebody may come in with. */
import type { Me } from "../../api/types.ts";
import { rememberPlace } from "../../app/comeBack.ts";
import { a } from "../../messages/account.ts";
import { ButtonLink } from "../../ui/Button.tsx";

export function Logins({ me }: { me: Me | undefined }) {
  if (!me || me.logins.length === 0) return null;
  return (
    <>
      <div className="mt-6 grid gap-2.5">
        {me.logins.map((login) => (
          <ButtonLink key={login.name} href={login.url} onClick={rememberPlace} className="min-h-12">
            {a.entrance.with(login.title)}
          </ButtonLink>
        ))}
      </div>
      <p className="mt-6 -mb-1 flex items-center gap-3 text-sm text-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {a.entrance.or}
      </p>
    </>
  );
}
