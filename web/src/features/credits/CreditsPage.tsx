/** What somebody has, what of it ends when, and everything that happened, in plain words. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getCredits, listEntries } from "../../api/money.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Credits } from "../../api/types.ts";
import { Link } from "../../app/Link.tsx";
import { Loading } from "../../app/Loading.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { credits as inWords } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Part, Sheet } from "../../ui/Sheet.tsx";
import { useMe } from "../account/me.ts";
import { EntryRow } from "./EntryRow.tsx";
import { changeOf, endingNext } from "./history.ts";

const pageSize = 30;

function Standing({ credits }: { credits: Credits }) {
  const ending = endingNext(credits);
  if (credits.unlimited) return <p className="mt-4">{a.credits.unlimited}</p>;
  return (
    <>
      <p className="mt-6 text-soft">{a.credits.have}</p>
      <p className="text-4xl font-semibold tracking-tight tabular-nums">{inWords(credits.available)}</p>
      <div className="mt-3 grid gap-1 text-[0.9375rem]">
        {credits.held > 0 && <p className="text-soft">{a.credits.held(credits.held)}</p>}
        {ending && <p className="text-soft">{a.credits.expiry(ending.amount, ending.at)}</p>}
        {credits.debt > 0 && <p className="font-medium text-bad">{a.credits.debt(credits.debt)}</p>}
      </div>
    </>
  );
}

function History() {
  const list = useInfiniteQuery({
    queryKey: keys.entries,
    queryFn: ({ pageParam }) => listEntries(pageParam, pageSize),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && entries.length === 0) {
    return (
      <div className="mt-4">
        <ErrorNote title={m.problem.title}>{asProblem(list.error).message}</ErrorNote>
      </div>
    );
  }
  if (list.isSuccess && !list.hasNextPage && entries.every((one) => one.amount === 0)) return <p className="mt-3 text-soft">{a.credits.empty}</p>;
  return (
    <>
      <ol className="mt-2 divide-y divide-line">
        {entries.map(
          (entry, index) => entry.amount > 0 && <EntryRow key={entry.seq} entry={entry} change={changeOf(entries, index)} />,
        )}
      </ol>
      {list.hasNextPage && (
        <Button className="mt-6" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {a.credits.more}
        </Button>
      )}
    </>
  );
}

export function CreditsPage() {
  const { data, error } = useQuery({ queryKey: keys.credits, queryFn: getCredits });
  const billing = useMe().data?.billing ?? false;
  if (!data && !error) return <Loading />;
  return (
    <Sheet title={a.credits.title}>
      {data ? (
        <Standing credits={data} />
      ) : (
        <div className="mt-6">
          <ErrorNote title={m.problem.title}>{asProblem(error).message}</ErrorNote>
        </div>
      )}
      {billing && (
        <p className="mt-5">
          <Link href={paths.plans} className={buttonClass("strong")}>
            {a.credits.buy}
          </Link>
        </p>
      )}
      <Part id="history" title={a.credits.history}>
        <History />
      </Part>
    </Sheet>
  );
}
