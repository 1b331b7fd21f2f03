/**
 * How a result came to be: that this machine did it by itself, or who was considered and why, what was tried, and what left
 * this machine. Asked for when opened.
 */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { getEgress, getStory } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Job, Left, Photo, Story } from "../../api/types.ts";
import { dayAndTime } from "../../messages/amounts.ts";
import { m } from "../../messages/index.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { useMe } from "../account/me.ts";
import { useTitles } from "../providers/useOffers.ts";
import { attemptLine, consideredLines, hasOthers, isDoneHere, isNobodys, type Line, titleOf, wordsLine } from "./words.ts";

function Lines({ lines, numbered = false }: { lines: readonly Line[]; numbered?: boolean }) {
  const items = lines.map((line, index) => (
    <li key={line.key} className="flex gap-3">
      {numbered && <span className="w-5 shrink-0 text-soft tabular-nums">{m.story.first(index + 1)}</span>}
      <p className="min-w-0 wrap-anywhere">
        <span className="font-medium">{line.name}</span>
        {line.text && <span className="block text-soft">{line.text}</span>}
      </p>
    </li>
  ));
  return numbered ? <ol className="grid gap-2.5">{items}</ol> : <ul className="grid gap-2.5">{items}</ul>;
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-4 first:mt-0">
      <h3 className="mb-2 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

/** One sentence with its sign. */
function Fact({ icon, children }: { icon: IconName; children: ReactNode }) {
  return (
    <p className="flex gap-2 text-soft">
      <Icon name={icon} className="mt-0.5 size-5" />
      <span>{children}</span>
    </p>
  );
}

/** What this machine did by itself: how long it took, that nothing left and that it cost nothing, and nothing of models. */
function Here({ job, story, left }: Telling) {
  const titles = useTitles();
  const last = story.attempts.at(-1);
  return (
    <div className="grid gap-2.5">
      {last?.status === "done" && <Fact icon="check">{m.story.here(last.seconds)}</Fact>}
      {last && last.status !== "done" && <Lines lines={[attemptLine(last, titles, false)]} />}
      {story.considered.length === 0 && !last && <Fact icon="check">{m.story.none}</Fact>}
      <Fact icon="lock">{left.length === 0 ? m.story.nothingLeft : m.story.hereStayed}</Fact>
      {job.price === null && last && <Fact icon="check">{m.story.hereFree}</Fact>}
    </div>
  );
}

function Who({ story }: Pick<Telling, "story">) {
  const { asked, refused } = consideredLines(story.considered, useTitles());
  return (
    <Block title={m.story.considered}>
      {story.considered.length === 0 ? <p className="text-soft">{m.story.none}</p> : <Lines lines={asked} numbered />}
      {refused.length > 0 && (
        <details className="group/refused mt-2">
          <summary className="inline-flex min-h-11 list-none items-center gap-1 text-sm font-medium [&::-webkit-details-marker]:hidden">
            {m.story.notAsked} ({refused.length})
            <Icon name="down" className="size-4 text-soft transition-transform group-open/refused:rotate-180" />
          </summary>
          <Lines lines={refused} />
        </details>
      )}
    </Block>
  );
}

interface Telling {
  job: Job;
  story: Story;
  /** Of the whole photo, whatever it left for. */
  left: readonly Left[];
}

function Told({ job, story, left }: Telling) {
  const titles = useTitles();
  const costs = useMe().data?.mode === "home";
  const here = isDoneHere(story, left, job.id) || isNobodys(story, left);
  return (
    <div className="text-[0.9375rem]">
      {here && <Here {...{ job, story, left }} />}
      {(!here || hasOthers(story)) && <Who story={story} />}
      {!here && story.attempts.length > 0 && (
        <Block title={m.story.attempts}>
          <Lines lines={story.attempts.map((one) => attemptLine(one, titles, costs))} numbered />
        </Block>
      )}
      {story.words && (
        <Block title={m.story.words}>
          <p className="text-soft">{wordsLine(story.words, titles, costs)}</p>
          <p className="mt-1.5 max-h-56 overflow-y-auto rounded-lg bg-sunken p-3 text-sm wrap-anywhere" tabIndex={0}>
            {story.words.prompt}
          </p>
        </Block>
      )}
      {(!here || left.length > 0) && (
        <Block title={here ? m.story.leftOtherwise : m.story.left}>
          {left.length === 0 ? (
            <Fact icon="lock">{m.story.nothingLeft}</Fact>
          ) : (
            <ul className="grid gap-2.5">
              {left.map((one) => (
                <li key={`${one.job_id} ${one.attempt} ${one.at}`} className="flex gap-2">
                  <Icon name="send" className="mt-0.5 size-5 text-ember" />
                  <p className="min-w-0 wrap-anywhere">
                    <span className="font-medium">{m.story.sent(titleOf(titles, one.provider), one.bytes)}</span>
                    <span className="block text-soft">{m.story.sentAt(dayAndTime(one.at), one.host)}</span>
                  </p>
                </li>
              ))}
            </ul>
          )}
        </Block>
      )}
    </div>
  );
}

export function StoryPart({ photo, job }: { photo: Photo; job: Job }) {
  const [open, setOpen] = useState(false);
  const story = useQuery({ queryKey: keys.story(job.id), queryFn: () => getStory(job.id), enabled: open });
  const egress = useQuery({ queryKey: keys.egress(photo.id), queryFn: () => getEgress(photo.id), enabled: open });
  const failed = story.error ?? egress.error;
  return (
    <details
      className="group/story mt-6 border-y border-line"
      onToggle={(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}
    >
      <summary className="flex min-h-12 list-none items-center justify-between gap-3 font-medium [&::-webkit-details-marker]:hidden">
        {m.story.title}
        <Icon name="down" className="size-5 text-soft transition-transform group-open/story:rotate-180" />
      </summary>
      <div className="pt-1 pb-5">
        {story.data && egress.data ? (
          <Told job={job} story={story.data} left={egress.data.items} />
        ) : failed ? (
          <ErrorNote>{asProblem(failed).message}</ErrorNote>
        ) : (
          <p className="text-soft">{m.story.loading}</p>
        )}
      </div>
    </details>
  );
}
