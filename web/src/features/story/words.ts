/** The story of a job in words. Values in, values out. */
import type { Attempt, Considered, Left, Story, Words } from "../../api/types.ts";
import { m } from "../../messages/index.ts";

export interface Line {
  key: string;
  name: string;
  text: string;
}

const here = "embedded";

type Titles = ReadonlyMap<string, string>;

const named = (titles: Titles, provider: string, model: string): string => {
  const title = titles.get(provider) ?? provider;
  return provider === here ? title : `${title}, ${model}`;
};

/** Without the number that it was ranked by. */
function sentence(why: string): string {
  const words = why.replace(/^Score [\d.]+: /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** First those who were to be asked, in that order; then the others, with why not. */
export function consideredLines(considered: readonly Considered[], titles: Titles): { asked: Line[]; refused: Line[] } {
  const line = ({ provider, model, why, refused }: Considered): Line => ({
    key: `${provider} ${model}`,
    name: named(titles, provider, model),
    text: refused ?? sentence(why),
  });
  return {
    asked: considered.filter((one) => one.refused === null).map(line),
    refused: considered.filter((one) => one.refused !== null).map(line),
  };
}

/**
 * Whether nobody but this machine had a part in it, as far as that is known: no model elsewhere was asked, none put the words
 * better, and nothing left for it.
 */
export function isDoneHere({ considered, attempts, words }: Story, left: readonly Left[], jobId: string): boolean {
  const first = attempts.length > 0 ? attempts : considered.filter((one) => one.refused === null);
  const alone = first.length > 0 && first.every((one) => one.provider === here);
  return alone && words === null && left.every((one) => one.job_id !== jobId);
}

/** Whether there was nothing to be done by anybody, as far as that is known. */
export const isNobodys = ({ considered, attempts, words }: Story, left: readonly Left[]): boolean =>
  considered.length + attempts.length + left.length === 0 && words === null;

/** Others were thought of, so that there is more to tell than that this machine did it. */
export const hasOthers = ({ considered }: Pick<Story, "considered">): boolean => considered.some((one) => one.provider !== here);

/** How a try went: "worked, about 4 seconds, $0.04". What was charged is only told to those whom it concerns. */
export function attemptLine(attempt: Attempt, titles: Titles, costs: boolean): Line {
  const { number, provider, model, status, seconds, cost, error } = attempt;
  const parts = [
    m.story.status[status],
    seconds === null ? "" : m.story.took(seconds),
    costs && provider !== here ? m.story.cost(cost) : "",
  ];
  const said = parts.filter(Boolean).join(", ");
  return {
    key: String(number),
    name: named(titles, provider, model),
    text: error ? `${said}. ${error.message}` : said,
  };
}

/** What people call a provider; who puts words better comes with its model (`provider:model`). */
export function titleOf(titles: Titles, name: string): string {
  const [provider = name, ...model] = name.split(":");
  const title = titles.get(provider) ?? provider;
  return model.length === 0 ? title : `${title}, ${model.join(":")}`;
}

/** Who put the words so, and what that cost where it may be told. */
export function wordsLine({ by, cost }: Pick<Words, "by" | "cost">, titles: Titles, costs: boolean): string {
  const who = by === "rules" ? m.story.wordsInVain : m.story.wordsBy(titleOf(titles, by));
  return costs && cost > 0 ? `${who}, ${m.story.cost(cost)}` : who;
}
