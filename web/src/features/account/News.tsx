/** Shows, below the header, what has just happened to an account. */
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { news, useNews } from "./news.ts";

export function News() {
  const text = useNews();
  return (
    <div role="status" className="empty:hidden">
      {text && (
        <div className="flex items-center gap-3 border-b border-line bg-surface py-1 pr-2 pl-4 sm:px-6">
          <p className="min-w-0 flex-1 py-2 text-[0.9375rem] wrap-anywhere">{text}</p>
          <IconButton icon="cross" label={m.app.close} onClick={() => news.set(null)} />
        </div>
      )}
    </div>
  );
}
