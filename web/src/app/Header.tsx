/** The top of every page: the name, the promise, adding photos, the look. */
import { FilePicker } from "../features/upload/FilePicker.tsx";
import { useMe } from "../features/account/me.ts";
import { People } from "../features/account/People.tsx";
import { useSenders } from "../features/providers/useOffers.ts";
import { m } from "../messages/index.ts";
import { IconButton } from "../ui/Button.tsx";
import { Flame, Icon } from "../ui/icons.tsx";
import { Link } from "./Link.tsx";
import { paths } from "./route.ts";
import { choose, useTheme } from "./theme.ts";

export function Header({ canAdd }: { canAdd: boolean }) {
  const theme = useTheme();
  const me = useMe().data;
  const leaves = useSenders().length > 0 && me?.mode === "home";
  // On a phone there is no room for the name beside the balance, the account and adding photos.
  const crowded = canAdd && me?.mode === "accounts";
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-page px-4 sm:px-6">
      <Link href={paths.home} aria-label={m.app.home} className="-ml-2 flex min-h-11 items-center gap-2 rounded-lg px-2">
        <Flame className="size-7" />
        <span className={`text-lg font-semibold tracking-tight ${crowded ? "max-sm:sr-only" : ""}`}>{m.app.name}</span>
      </Link>
      {me && (
        <p className={`ml-3 hidden items-center gap-1.5 text-sm text-soft ${me.mode === "home" ? "md:flex" : "lg:flex"}`}>
          <Icon name={leaves ? "send" : "lock"} className="size-4" />
          {leaves ? m.who.mayLeave : m.app.private[me.mode]}
        </p>
      )}
      <div className="ml-auto flex items-center gap-1">
        {canAdd && (
          <FilePicker icon="plus" look="quiet" className="max-sm:px-3">
            <span className={me?.mode === "accounts" ? "max-sm:sr-only" : ""}>{m.app.addPhotos}</span>
          </FilePicker>
        )}
        <People tight={canAdd} />
        <IconButton
          icon={theme === "dark" ? "sun" : "moon"}
          label={theme === "dark" ? m.theme.toLight : m.theme.toDark}
          onClick={() => choose(theme === "dark" ? "light" : "dark")}
        />
      </div>
    </header>
  );
}
