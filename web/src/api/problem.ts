/** What went wrong, in the server's own sentence where there is one. */
import { m } from "../messages/index.ts";

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;

  constructor(status: number, code: string, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title;
  }
}

interface ProblemBody {
  code?: unknown;
  title?: unknown;
  detail?: unknown;
  request_id?: unknown;
}

const asSentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

/** Reads a problem+json body; anything else becomes a sentence of ours. */
export function problemFrom(status: number, body: unknown): Problem {
  const { code, title, detail, request_id } = (body ?? {}) as ProblemBody;
  const sentence = asSentence(text(detail) || m.problem.unknown);
  const shown = status >= 500 && text(request_id) ? `${sentence} ${m.problem.number(text(request_id))}` : sentence;
  return new Problem(status, text(code) || "unknown", text(title) || m.problem.title, shown);
}

/** The server did not answer at all. */
export const unreachable = (): Problem =>
  new Problem(0, "unreachable", m.problem.unreachableTitle, m.problem.unreachable);

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, "unknown", m.problem.title, m.problem.unknown);
