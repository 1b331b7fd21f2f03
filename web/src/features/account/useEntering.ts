/** Signing in or up: what was typed is checked here first, and then by the server. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem.ts";
import type { User } from "../../api/types.ts";
import { a } from "../../messages/account.ts";
import { errorsFor } from "./fields.ts";
import { entered } from "./me.ts";

/** What is missing, by the names of the fields. */
function missing({ email, password }: Record<string, string>): Record<string, string> {
  return {
    ...(email?.trim() ? {} : { email: a.entrance.needEmail }),
    ...(password ? {} : { password: a.entrance.needPassword }),
  };
}

/** `after`: what else happens when somebody is in. */
export function useEntering(enter: (email: string, password: string) => Promise<User>, after?: (user: User) => void) {
  const client = useQueryClient();
  const [lacking, setLacking] = useState<Record<string, string>>({});
  const run = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => enter(email.trim(), password),
    onSuccess: (user) => {
      entered(client, user);
      after?.(user);
    },
  });
  const submit = (values: Record<string, string>) => {
    const found = missing(values);
    setLacking(found);
    if (Object.keys(found).length === 0) run.mutate({ email: values.email ?? "", password: values.password ?? "" });
  };
  const refused = errorsFor(run.isError ? asProblem(run.error) : null, ["email", "password"]);
  const errors: Partial<Record<string, string>> = Object.keys(lacking).length > 0 ? lacking : refused;
  return { submit, busy: run.isPending, errors };
}
