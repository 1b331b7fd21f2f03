/** The way back to the photo that is compared. */
import type { Photo } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";

export function BackToPhoto({ photo }: { photo: Photo }) {
  return (
    <Link
      href={paths.photo(photo.id)}
      className="-mt-2 mb-2 -ml-2 inline-flex min-h-11 items-center gap-1 rounded-lg pr-3 pl-1 text-sm font-medium text-soft hover:text-ink"
    >
      <Icon name="back" className="size-5" />
      {m.bakeoff.back}
    </Link>
  );
}
