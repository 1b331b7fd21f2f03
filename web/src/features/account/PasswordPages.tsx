/** A new password by a link in a mail: asking for the link, and using it. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { askForReset, setPassword } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { buttonClass } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Entrance, Form, TextLink } from "./Entrance.tsx";
import { errorsFor } from "./fields.ts";

export function ForgotPage() {
  const [lacking, setLacking] = useState(false);
  const ask = useMutation({ mutationFn: askForReset });
  const errors = ask.isError ? errorsFor(asProblem(ask.error), ["email"]) : {};
  if (ask.isSuccess) {
    return (
      <Entrance key="sent" title={a.forgot.sentTitle} text={<p role="status">{a.forgot.sent(ask.variables)}</p>}>
        <p className="mt-6">
          <TextLink href={paths.signIn}>{a.entrance.back}</TextLink>
        </p>
      </Entrance>
    );
  }
  const submit = ({ email = "" }: Record<string, string>) => {
    setLacking(email.trim() === "");
    if (email.trim() !== "") ask.mutate(email.trim());
  };
  return (
    <Entrance title={a.forgot.title} text={a.forgot.text}>
      <Form submit={a.forgot.send} busy={ask.isPending} error={errors.form} onSubmit={submit}>
        <Field
          label={a.entrance.email}
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          error={lacking ? a.entrance.needEmail : errors.email}
        />
      </Form>
      <p className="mt-6">
        <TextLink href={paths.signIn}>{a.entrance.back}</TextLink>
      </p>
    </Entrance>
  );
}

export function ResetPage({ link }: { link: string }) {
  const [lacking, setLacking] = useState(false);
  const save = useMutation({ mutationFn: (password: string) => setPassword(link, password) });
  const problem = save.isError ? asProblem(save.error) : null;
  const errors = errorsFor(problem, ["password"]);
  if (save.isSuccess) {
    return (
      <Entrance key="saved" title={a.forgot.savedTitle} text={<p role="status">{a.forgot.saved}</p>}>
        <Link href={paths.signIn} className={buttonClass("strong", "mt-6 min-h-12 w-full")}>
          {a.entrance.signIn}
        </Link>
      </Entrance>
    );
  }
  const submit = ({ password = "" }: Record<string, string>) => {
    setLacking(password === "");
    if (password !== "") save.mutate(password);
  };
  return (
    <Entrance title={a.forgot.choose} text={a.forgot.chooseText}>
      <Form submit={a.forgot.save} busy={save.isPending} error={errors.form} onSubmit={submit}>
        <Field
          label={a.entrance.newPassword}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={a.entrance.passwordHint}
          error={lacking ? a.entrance.needPassword : errors.password}
        />
      </Form>
      {problem?.code === "link_ended" && (
        <p className="mt-6">
          <TextLink href={paths.forgot}>{a.forgot.newLink}</TextLink>
        </p>
      )}
    </Entrance>
  );
}
