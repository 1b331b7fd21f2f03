/** For an address that leads nowhere, and for a photo that is gone. */
import { m } from "../messages/index.ts";
import { buttonClass } from "../ui/Button.tsx";
import { Heading } from "./Heading.tsx";
import { Link } from "./Link.tsx";
import { paths } from "./route.ts";

export function NotFound() {
  return (
    <div className="m-auto max-w-md px-6 py-16 text-center">
      <Heading title={m.notFound.title} className="text-2xl font-semibold">
        {m.notFound.title}
      </Heading>
      <p className="mt-2 text-soft">{m.notFound.text}</p>
      <Link href={paths.home} className={buttonClass("strong", "mt-6")}>
        {m.notFound.home}
      </Link>
    </div>
  );
}
