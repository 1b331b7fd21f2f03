/** Coming back with e-mail and password, or with another service. */
import { signIn } from "../../api/people.ts";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { Field } from "../../ui/Field.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { heldCount } from "../upload/start.ts";
import { Entrance, Form, TextLink } from "./Entrance.tsx";
import { Logins } from "./Logins.tsx";
import { useMe } from "./me.ts";
import { useEntering } from "./useEntering.ts";

interface Props {
  /** Shown in place of a page that needs somebody who is signed in. */
  first?: boolean;
  /** Why another service did not let somebody in, as the server calls it. */
  trouble?: string;
}

export function SignInPage({ first = false, trouble }: Props) {
  const me = useMe().data;
  const { submit, busy, errors } = useEntering(signIn);
  const waiting = heldCount();
  const guest = me?.user?.role === "guest";
  const text = waiting > 0 ? a.entrance.waiting(waiting) : first ? a.entrance.first : guest ? a.entrance.signInGuest : a.entrance.signInText;
  return (
    <Entrance title={a.entrance.signIn} text={text}>
      {trouble && (
        <div className="mt-5">
          <ErrorNote>{trouble === "issuer_silent" ? a.entrance.silent : a.entrance.failed}</ErrorNote>
        </div>
      )}
      <Logins me={me} />
      <Form submit={a.entrance.signIn} busy={busy} error={errors.form} onSubmit={submit}>
        <Field label={a.entrance.email} name="email" type="email" autoComplete="username" inputMode="email" error={errors.email} />
        <Field label={a.entrance.password} name="password" type="password" autoComplete="current-password" error={errors.password} />
      </Form>
      <div className="mt-6 grid gap-1.5 text-[0.9375rem]">
        <p>
          <TextLink href={paths.forgot}>{a.entrance.forgot}</TextLink>
        </p>
        <p className="text-soft">
          {a.entrance.toSignUp} <TextLink href={paths.signUp}>{a.entrance.signUp}</TextLink>
        </p>
      </div>
    </Entrance>
  );
}
