/** What went wrong, in the server's own sentence where there is one. */
import { m } from "../messages/index.ts";
import { mode } from "./mode.ts";

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** What is wrong with single parts of what was sent, by the names of these parts. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, code: string, title: string, detail: string, fields: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title;
    this.fields = fields;
  }
}

interface ProblemBody {
  code?: unknown;
  title?: unknown;
  detail?: unknown;
  request_id?: unknown;
  errors?: unknown;
}

const asSentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

/** `[{pointer: "/email", detail: "…"}]` by the first name of each pointer. */
function fieldsOf(errors: unknown): Record<string, string> {
  if (!Array.isArray(errors)) return {};
  const pairs = errors.map((one: { pointer?: unknown; detail?: unknown }) => [
    text(one.pointer).split("/").filter(Boolean)[0] ?? "",
    asSentence(text(one.detail)),
  ]);
  return Object.fromEntries(pairs.filter(([name]) => name !== "")) as Record<string, string>;
}

/** Reads a problem+json body; anything else becomes a sentence of ours. */
export function problemFrom(status: number, body: unknown): Problem {
  const { code, title, detail, request_id, errors } = (body ?? {}) as ProblemBody;
  const sentence = asSentence(text(detail) || m.problem.unknown);
  const shown = status >= 500 && text(request_id) ? `${sentence} ${m.problem.number(text(request_id))}` : sentence;
  return new Problem(status, text(code) || "unknown", text(title) || m.problem.title, shown, fieldsOf(errors));
}

/** The server did not answer at all. */
export const unreachable = (): Problem =>
  new Problem(0, "unreachable", m.problem.unreachableTitle, m.problem.unreachable[mode.now()]);

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, "unknown", m.problem.title, m.problem.unknown);
