/** The results of a photo: a new run never replaces an old one. */
import type { Rendition } from "../../api/types.ts";
import { m } from "../../messages/index.ts";

interface Props {
  results: readonly Rendition[];
  chosen: string;
  onChoose: (id: string) => void;
}

export function Versions({ results, chosen, onChoose }: Props) {
  if (results.length < 2) return null;
  return (
    <section aria-labelledby="versions" className="mt-6">
      <h2 id="versions" className="text-sm font-semibold">
        {m.result.versions}
      </h2>
      <ul className="mt-2 flex flex-wrap gap-2">
        {results.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-pressed={one.id === chosen}
              onClick={() => onChoose(one.id)}
              className="min-h-11 rounded-lg border border-edge px-3 text-[0.9375rem] aria-pressed:border-strong aria-pressed:bg-strong aria-pressed:text-on-strong"
            >
              {m.result.version(one.version)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
