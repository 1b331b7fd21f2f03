/** The comparisons of a photo that there were before. */
import { useQuery } from "@tanstack/react-query";
import type { Photo } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { dayAndTime } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import { bakeoffKeys, listBakeoffs } from "./calls.ts";
import { nameOf } from "./contest.ts";

export function Earlier({ photo }: { photo: Photo }) {
  const { data } = useQuery({ queryKey: bakeoffKeys.ofPhoto(photo.id), queryFn: () => listBakeoffs(photo.id) });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="earlier" className="mt-8">
      <h2 id="earlier" className="text-sm font-semibold">
        {m.bakeoff.earlier}
      </h2>
      <ul className="mt-2 grid gap-1.5">
        {data.items.map((one) => {
          const winner = one.jobs.find((entry) => entry.letter === one.chosen);
          return (
            <li key={one.id}>
              <Link
                href={paths.bakeoff(photo.id, one.id)}
                className="flex min-h-11 flex-wrap items-baseline gap-x-2 rounded-lg border border-line px-3 py-2.5 text-[0.9375rem] leading-snug hover:bg-sunken"
              >
                <span className="font-medium">{m.bakeoff.earlierOne(dayAndTime(one.created_at))}</span>
                <span className="text-sm text-soft">{winner ? nameOf(winner) : one.none_better ? m.bakeoff.noneChosen : m.bakeoff.undecided}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
