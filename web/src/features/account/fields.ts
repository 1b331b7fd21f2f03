/** Which field of a form a refusal is about. Values in, values out. */
import type { Problem } from "../../api/problem.ts";

const byCode: Readonly<Record<string, string>> = {
  bad_email: "email",
  email_taken: "email",
  weak_password: "password",
  wrong_login: "password",
  wrong_password: "password",
};

/** What to say at each field; what is about none of `names` stands at `form`. */
export function errorsFor(problem: Problem | null, names: readonly string[]): Partial<Record<string, string>> {
  if (problem === null) return {};
  const named = Object.entries(problem.fields).filter(([name]) => names.includes(name));
  if (named.length > 0) return Object.fromEntries(named);
  const field = Object.hasOwn(byCode, problem.code) ? byCode[problem.code] : undefined;
  return field !== undefined && names.includes(field) ? { [field]: problem.message } : { form: problem.message };
}
