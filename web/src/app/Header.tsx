/** The top of every page: the name, the promise, adding photos, the look. */
import { FilePicker } from "../features/upload/FilePicker.tsx";
import { m } from "../messages/index.ts";
import { IconButton } from "../ui/Button.tsx";
import { Flame, Icon } from "../ui/icons.tsx";
import { Link } from "./Link.tsx";
import { paths } from "./route.ts";
import { choose, useTheme } from "./theme.ts";

export function Header({ canAdd }: { canAdd: boolean }) {
  const theme = useTheme();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-page px-4 sm:px-6">
      <Link href={paths.home} aria-label={m.app.home} className="-ml-2 flex min-h-11 items-center gap-2 rounded-lg px-2">
        <Flame className="size-7" />
        <span className="text-lg font-semibold tracking-tight">{m.app.name}</span>
      </Link>
      <p className="ml-3 hidden items-center gap-1.5 text-sm text-soft md:flex">
        <Icon name="lock" className="size-4" />
        {m.app.private}
      </p>
      <div className="ml-auto flex items-center gap-1">
        {canAdd && (
          <FilePicker icon="plus" look="quiet" className="max-sm:px-3">
            {m.app.addPhotos}
          </FilePicker>
        )}
        <IconButton
          icon={theme === "dark" ? "sun" : "moon"}
          label={theme === "dark" ? m.theme.toLight : m.theme.toDark}
          onClick={() => choose(theme === "dark" ? "light" : "dark")}
        />
      </div>
    </header>
  );
}
