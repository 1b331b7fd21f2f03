/** The shell: which page is shown, and what works on all of them (dropping, pasting, the header). */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Problem } from "../api/problem.ts";
import { session } from "../api/session.ts";
import { forgotten } from "../features/account/me.ts";
import { News } from "../features/account/News.tsx";
import { takeNews } from "../features/account/news.ts";
import { DropOverlay } from "../features/upload/DropOverlay.tsx";
import { usePaste } from "../features/upload/usePaste.ts";
import { connect } from "../features/upload/start.ts";
import { m } from "../messages/index.ts";
import { Header } from "./Header.tsx";
import { Reach } from "./Reach.tsx";
import { parse, usePath } from "./route.ts";
import { Screen } from "./Screen.tsx";

const client = new QueryClient({
  defaultOptions: {
    // The server may be this very machine: whether there is a network says nothing about it.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 2_000,
      // A clear answer of the server (not found, not allowed) does not get better by asking again.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
});
connect(client);
session.onEnd(() => forgotten(client));
takeNews();

export function App() {
  const route = parse(usePath());
  usePaste();
  return (
    <QueryClientProvider client={client}>
      <div className="flex min-h-full flex-col">
        <a
          href="#content"
          className="sr-only z-50 rounded-lg bg-strong px-4 py-3 font-medium text-on-strong focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
        >
          {m.app.skip}
        </a>
        <Reach />
        <Header canAdd={route.page === "photo"} />
        <News />
        <main id="content" className="flex min-h-0 flex-1 flex-col">
          <Screen route={route} />
        </main>
      </div>
      <DropOverlay />
    </QueryClientProvider>
  );
}
