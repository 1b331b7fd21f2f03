/** The results side by side, the choice among them, and then who made them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { cancelJob } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Photo } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { Loading } from "../../app/Loading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { navigate, paths } from "../../app/route.ts";
import { credits } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import { Button, buttonClass, IconButton } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Refused } from "../credits/Refused.tsx";
import { whole, type View } from "../compare/view.ts";
import { chosen as shown } from "../job/chosen.ts";
import { Stage } from "../job/Stage.tsx";
import { BackToPhoto } from "./BackToPhoto.tsx";
import { Board } from "./Board.tsx";
import { type Bakeoff, bakeoffKeys, chooseResult, type Entry, getBakeoff } from "./calls.ts";
import { isDone, isEnded, nameOf } from "./contest.ts";

const pause = 1_000;

function useBakeoff(id: string, photo: Photo) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: bakeoffKeys.one(id),
    queryFn: () => getBakeoff(id),
    refetchInterval: ({ state }) => (state.data && isDone(state.data) ? false : pause),
  });
  const done = query.data ? isDone(query.data) : false;
  useEffect(() => {
    if (!done) return;
    for (const queryKey of [keys.photo(photo.id), keys.photos, keys.credits]) void client.invalidateQueries({ queryKey });
  }, [client, done, photo.id]);
  return query;
}

interface RowProps {
  bakeoff: Bakeoff;
  entry: Entry;
  busy: boolean;
  onChoose: (entry: Entry) => void;
}

function stateOf({ job }: Entry): string | null {
  if (job.status === "failed") return job.error?.message ?? m.bakeoff.failed;
  if (job.status === "canceled") return m.bakeoff.canceled;
  if (job.status === "queued") return m.bakeoff.waiting;
  if (job.status === "running") return m.bakeoff.percent(job.progress);
  return job.result?.unchanged ? m.bakeoff.unchanged : (job.result?.marks ?? null);
}

function Row({ bakeoff, entry, busy, onChoose }: RowProps) {
  const isChosen = bakeoff.chosen === entry.letter;
  const state = stateOf(entry);
  return (
    <li className={`rounded-xl border p-3 ${isChosen ? "border-ink bg-sunken" : "border-line bg-surface"}`}>
      <div className="flex items-start gap-3">
        <span className="grid size-8 shrink-0 place-items-center rounded-full bg-strong font-semibold text-on-strong">{entry.letter}</span>
        <div className="min-w-0 flex-1 leading-snug">
          <p className="text-[0.9375rem] font-medium wrap-anywhere">{nameOf(entry) || m.bakeoff.letter(entry.letter)}</p>
          {!bakeoff.revealed && <p className="text-sm text-soft">{m.bakeoff.secret}</p>}
          {state && <p className="text-sm text-soft">{state}</p>}
          {isChosen && (
            <p className="mt-1 flex items-center gap-1 text-sm font-medium text-good">
              <Icon name="check" className="size-4" />
              {m.bakeoff.isChosen}
            </p>
          )}
        </div>
      </div>
      {entry.job.status === "succeeded" && !isChosen && (
        <Button className="mt-3 w-full" disabled={busy} onClick={() => onChoose(entry)}>
          {m.bakeoff.choose(entry.letter)}
        </Button>
      )}
    </li>
  );
}

interface ToolsProps {
  view: View;
  before: boolean;
  onView: (view: View) => void;
  onBefore: (before: boolean) => void;
}

function Tools({ view, before, onView, onBefore }: ToolsProps) {
  const zoomBy = (factor: number) => onView({ ...view, zoom: view.zoom * factor });
  return (
    <div className="flex items-center justify-between gap-3">
      <button
        type="button"
        aria-pressed={before}
        onClick={() => onBefore(!before)}
        className={buttonClass("quiet", "px-3 text-sm aria-pressed:bg-sunken")}
      >
        <Icon name="eye" />
        {m.bakeoff.showBefore}
      </button>
      <p className="text-sm text-soft sm:hidden">{m.bakeoff.swipeHint}</p>
      <div className="flex items-center max-sm:hidden">
        <IconButton icon="minus" label={m.compare.zoomOut} disabled={view.zoom <= 1} onClick={() => zoomBy(1 / 1.5)} />
        <IconButton icon="plus" label={m.compare.zoomIn} onClick={() => zoomBy(1.5)} />
        <IconButton icon="fit" label={m.compare.fit} disabled={view.zoom <= 1} onClick={() => onView(whole)} />
      </div>
    </div>
  );
}

/** On a phone the tools below the picture say what to do. */
const Hint = () => <span className="max-sm:hidden">{m.bakeoff.lookHint}</span>;

const hasResult = (bakeoff: Bakeoff): boolean => bakeoff.jobs.some((entry) => entry.job.status === "succeeded");

function wordsOf(bakeoff: Bakeoff, winner: Entry | undefined): ReactNode {
  if (winner) return m.bakeoff.remembered(nameOf(winner));
  if (bakeoff.none_better) return m.bakeoff.noneRemembered;
  if (!isDone(bakeoff)) return m.job.leave;
  return hasResult(bakeoff) ? <Hint /> : m.bakeoff.nothingHint;
}

/** Stops all that have not come to an end. */
function useStop(bakeoff: Bakeoff | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      Promise.allSettled((bakeoff?.jobs ?? []).filter((entry) => !isEnded(entry)).map((entry) => cancelJob(entry.job.id))),
    onSettled: () => client.invalidateQueries({ queryKey: bakeoffKeys.one(bakeoff?.id ?? "") }),
  });
}

function headingOf(bakeoff: Bakeoff, winner: Entry | undefined): string {
  if (winner) return m.bakeoff.decided(nameOf(winner, true));
  if (bakeoff.none_better) return m.bakeoff.noneChosen;
  if (!isDone(bakeoff)) return m.bakeoff.working;
  return hasResult(bakeoff) ? m.bakeoff.look : m.bakeoff.nothing;
}

export function Results({ photo, id }: { photo: Photo; id: string }) {
  const client = useQueryClient();
  const query = useBakeoff(id, photo);
  const [view, setView] = useState(whole);
  const [before, setBefore] = useState(false);
  const choice = useMutation({
    mutationFn: (letter: Entry["letter"] | null) => chooseResult(id, letter),
    onSuccess: (bakeoff) => {
      client.setQueryData(bakeoffKeys.one(id), bakeoff);
      const winner = bakeoff.jobs.find((entry) => entry.letter === bakeoff.chosen);
      const rendition = winner?.job.result?.rendition_id;
      if (rendition) shown.choose(photo.id, rendition);
      if (bakeoff.none_better) shown.newest(photo.id);
      void client.invalidateQueries({ queryKey: bakeoffKeys.favourites });
      void client.invalidateQueries({ queryKey: bakeoffKeys.ofPhoto(photo.id) });
      void client.invalidateQueries({ queryKey: keys.photo(photo.id) });
      // What was hidden of these jobs may be told now.
      for (const entry of bakeoff.jobs) {
        void client.invalidateQueries({ queryKey: keys.job(entry.job.id) });
        void client.invalidateQueries({ queryKey: keys.story(entry.job.id) });
      }
    },
  });
  const bakeoff = query.data;
  const stop = useStop(bakeoff);
  if (!bakeoff) {
    if (!query.isError) return <Loading />;
    return asProblem(query.error).status === 404 ? <NotFound /> : <Refused error={query.error} />;
  }
  const first = bakeoff.jobs.find((entry) => entry.job.result)?.job.result;
  const aspect = first ? first.width / first.height : photo.width / photo.height;
  const winner = bakeoff.jobs.find((entry) => entry.letter === bakeoff.chosen);
  const charged = bakeoff.price?.charged ?? null;
  return (
    <Stage
      aspect={aspect}
      picture={
        <div className="absolute inset-3">
          <Board {...{ photo, aspect, before, view }} entries={bakeoff.jobs} onView={setView} />
        </div>
      }
      tools={<Tools {...{ view, before }} onView={setView} onBefore={setBefore} />}
      panel={
        <>
          <BackToPhoto photo={photo} />
          <Heading title={m.bakeoff.title} className="text-xl font-semibold wrap-anywhere">
            {headingOf(bakeoff, winner)}
          </Heading>
          <p className="mt-1 text-soft" role="status">
            {wordsOf(bakeoff, winner)}
          </p>
          {charged !== null && <p className="mt-1 text-sm text-soft">{m.bakeoff.charged(credits(charged))}</p>}
          {choice.isError && (
            <div className="mt-5">
              <Refused error={choice.error} />
            </div>
          )}
          <ul className="mt-5 grid gap-2" aria-label={m.bakeoff.results}>
            {bakeoff.jobs.map((entry) => (
              <Row key={entry.letter} {...{ bakeoff, entry }} busy={choice.isPending} onChoose={(one) => choice.mutate(one.letter)} />
            ))}
          </ul>
          {isDone(bakeoff) && hasResult(bakeoff) && !bakeoff.none_better && (
            <Button look="quiet" className="mt-2 w-full" disabled={choice.isPending} onClick={() => choice.mutate(null)}>
              {m.bakeoff.none}
            </Button>
          )}
          <div className="mt-6 flex flex-wrap gap-3">
            {(winner || bakeoff.none_better) && (
              <Button look="strong" icon="photo" onClick={() => navigate(paths.photo(photo.id))}>
                {m.bakeoff.toPhoto}
              </Button>
            )}
            {isDone(bakeoff) ? (
              <Button icon="columns" onClick={() => navigate(paths.bakeoff(photo.id))}>
                {m.bakeoff.again}
              </Button>
            ) : (
              <Button icon="cross" disabled={stop.isPending} onClick={() => stop.mutate()}>
                {m.bakeoff.stop}
              </Button>
            )}
          </div>
        </>
      }
    />
  );
}
