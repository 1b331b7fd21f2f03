/** How the server is asked: typed calls, and refusals as `Problem`s with the server's own sentence. */
import createClient from "openapi-fetch";
import { newKey } from "./key.ts";
import { patiently, waitOf } from "./patience.ts";
import { problemFrom, unreachable } from "./problem.ts";
import { reach } from "./reach.ts";
import type { paths } from "./schema.gen.ts";
import { session } from "./session.ts";

export const api = createClient<paths>({
  fetch: (request) =>
    patiently(
      () => fetch(request.clone()),
      (answer) => waitOf(answer.status, answer.headers.get("Retry-After")),
    ),
});

export interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; a refusal becomes a `Problem` with the server's sentence. */
export async function take<T>(asking: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asking.catch(() => {
    reach.lost();
    throw unreachable();
  });
  reach.found();
  if (!response.ok) {
    const problem = problemFrom(response.status, error);
    session.check(problem);
    throw problem;
  }
  return data as T;
}

export const once = (key: string = newKey()) => ({ "Idempotency-Key": key });
