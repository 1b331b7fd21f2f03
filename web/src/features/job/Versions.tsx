/** The results of a photo: a new run never replaces an old one, and each says how it was made. */
import { useQueries } from "@tanstack/react-query";
import { getJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Rendition } from "../../api/types.ts";
import { wishOf } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { describe } from "./describe.ts";

interface Props {
  /** Newest first. */
  results: readonly Rendition[];
  chosen: string;
  onChoose: (id: string) => void;
}

/** The options of every version; an empty text until they are known. */
function useDescriptions(results: readonly Rendition[]): string[] {
  const jobs = useQueries({
    queries: results.map((one) => ({
      queryKey: keys.job(one.job_id),
      queryFn: () => getJob(one.job_id),
      enabled: results.length > 1,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return jobs.map(({ data }) => (data ? describe(wishOf(data)) : ""));
}

export function Versions({ results, chosen, onChoose }: Props) {
  const words = useDescriptions(results);
  if (results.length < 2) return null;
  const before = results[results.findIndex((one) => one.id === chosen) + 1];
  return (
    <section aria-labelledby="versions" className="mt-6">
      <h2 id="versions" className="text-sm font-semibold">
        {m.result.versions}
      </h2>
      <ul className="mt-2 grid gap-1.5">
        {results.map((one, index) => (
          <li key={one.id}>
            <button
              type="button"
              aria-pressed={one.id === chosen}
              onClick={() => onChoose(one.id)}
              className="flex min-h-11 w-full flex-wrap items-baseline gap-x-2 rounded-lg border border-line px-3 py-2.5 text-left text-[0.9375rem] leading-snug hover:bg-sunken aria-pressed:border-ink aria-pressed:bg-sunken"
            >
              <span className="font-medium">{m.result.version(one.version)}</span>{" "}
              <span className="text-sm text-soft">{words[index]}</span>
            </button>
          </li>
        ))}
      </ul>
      {before && (
        <Button look="quiet" icon="undo" className="mt-1 -ml-4" onClick={() => onChoose(before.id)}>
          {m.result.versionBefore}
        </Button>
      )}
    </section>
  );
}
