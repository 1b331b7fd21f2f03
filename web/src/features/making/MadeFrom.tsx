/** The photos that a picture was made of; each leads to its page. */
import { useQueries } from "@tanstack/react-query";
import { getPhoto } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Job } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";

export function MadeFrom({ job, className = "" }: { job: Job; className?: string }) {
  const found = useQueries({
    queries: job.photo_ids.map((id) => ({ queryKey: keys.photo(id), queryFn: () => getPhoto(id), enabled: job.photo_ids.length > 1 })),
  });
  if (job.photo_ids.length < 2) return null;
  return (
    <section aria-labelledby="made-from" className={className}>
      <h2 id="made-from" className="text-sm font-semibold">
        {m.making.from(job.photo_ids.length)}
      </h2>
      <ul className="mt-2 flex flex-wrap gap-2">
        {found.map(({ data: photo }, index) =>
          photo ? (
            <li key={photo.id}>
              <Link href={paths.photo(photo.id)} className="block overflow-hidden rounded-lg">
                <img
                  src={stableUrl(photo.thumbnail_url)}
                  alt={m.making.fromOne(index + 1, photo.filename)}
                  className="size-16 bg-mat object-cover"
                />
              </Link>
            </li>
          ) : null,
        )}
      </ul>
    </section>
  );
}
