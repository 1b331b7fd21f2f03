/** A new account. Who was here as a guest keeps their photos. */
import { signUp } from "../../api/people.ts";
import type { User } from "../../api/types.ts";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { m } from "../../messages/index.ts";
import { Field } from "../../ui/Field.tsx";
import { Entrance, Form, TextLink } from "./Entrance.tsx";
import { Logins } from "./Logins.tsx";
import { useMe } from "./me.ts";
import { news } from "./news.ts";
import { useEntering } from "./useEntering.ts";

const tellOfMail = (user: User) => news.set(user.email && !user.verified ? m.people.mailed(user.email) : null);

/** `first`: shown to a guest in place of a page that is for people with an account. */
export function SignUpPage({ first = false }: { first?: boolean }) {
  const me = useMe().data;
  const { submit, busy, errors } = useEntering(signUp, tellOfMail);
  const guest = me?.user?.role === "guest";
  return (
    <Entrance
      title={a.entrance.signUp}
      text={
        <p>
          {first ? a.entrance.firstSignUp : a.entrance.signUpText} {guest && !first && a.entrance.signUpGuest}
        </p>
      }
    >
      <Logins me={me} />
      <Form submit={a.entrance.signUp} busy={busy} error={errors.form} onSubmit={submit}>
        <Field label={a.entrance.email} name="email" type="email" autoComplete="username" inputMode="email" error={errors.email} />
        <Field
          label={a.entrance.password}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={a.entrance.passwordHint}
          error={errors.password}
        />
      </Form>
      <p className="mt-6 text-[0.9375rem] text-soft">
        {a.entrance.toSignIn} <TextLink href={paths.signIn}>{a.entrance.signIn}</TextLink>
      </p>
    </Entrance>
  );
}
