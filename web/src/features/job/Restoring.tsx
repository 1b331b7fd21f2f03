/** While a photo is restored: what is going on, how far it is, how long it will take, and a way to stop it. */
import { useEffect, useState } from "react";
import type { Job } from "../../api/types.ts";
import { mends } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { ProgressBar } from "../../ui/ProgressBar.tsx";
import { MadeFrom } from "../making/MadeFrom.tsx";
import { stageWords } from "../making/words.ts";
import { BackLink } from "./BackLink.tsx";
import { Findings } from "./Findings.tsx";
import { Idle } from "./Idle.tsx";
import { promisedEnd, secondsLeft, stageIndex, stages, untilEnd } from "./progress.ts";
import type { ViewProps } from "./shared.ts";
import { Stage } from "./Stage.tsx";
import { Still } from "./Still.tsx";

function StageList({ job }: { job: Job }) {
  const at = stageIndex(job.stage);
  return (
    <ol className="mt-6 grid gap-3">
      {stages.map((stage, index) => {
        const done = index < at;
        const now = index === at;
        return (
          <li key={stage} aria-current={now ? "step" : undefined} className={`flex items-center gap-3 ${now ? "font-medium" : "text-soft"}`}>
            <span className={`grid size-6 shrink-0 place-items-center rounded-full border ${done ? "border-good text-good" : now ? "border-glow" : "border-line"}`}>
              {done && <Icon name="check" className="size-4" />}
              {now && <span className="size-2.5 animate-pulse rounded-full bg-glow" />}
            </span>
            {stageWords(job.operation, stage)}
            {done && <span className="sr-only">, {m.job.stageDone}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** The time left, told again each second even when the server is silent. */
function TimeLeft({ job }: { job: Job }) {
  const [now, setNow] = useState(() => Date.now());
  const [end, setEnd] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const promised = job.status === "running" ? promisedEnd(end, secondsLeft(job, now), now) : null;
  if (promised !== end) setEnd(promised);
  return <p className="mt-2 min-h-6 text-sm text-soft">{untilEnd(promised, now, job.progress)}</p>;
}

export function Restoring({ photo, job, actions, trouble }: ViewProps & { job: Job }) {
  const heading = job.status === "queued" ? m.job.waitingHeading : m.making.doing[job.operation];
  const stageText = stageWords(job.operation, job.stage);
  const outline = photo.corners.source === "full_frame" ? undefined : photo.corners.corners;
  const looked = stageIndex(job.stage) > stages.indexOf("diagnosing");
  return (
    <Stage
      aspect={photo.width / photo.height}
      picture={<Still photo={photo} outline={outline} working={job.status === "running"} />}
      panel={
        <>
          <BackLink />
          <Heading title={m.job.title(photo.filename)} className="text-xl font-semibold">
            {heading}
          </Heading>
          <p className="mt-1 text-soft wrap-anywhere">{photo.filename}</p>
          <Idle waiting={job.status === "queued"} className="mt-5" />
          <ProgressBar share={job.progress} label={m.job.progress} className="mt-5" />
          {/* Each stage may make its own promise. */}
          <TimeLeft key={job.stage} job={job} />
          <p role="status" className="sr-only">
            {stageText}
          </p>
          <StageList job={job} />
          <MadeFrom job={job} className="mt-6" />
          {looked && mends(job.operation) && photo.diagnosis && <Findings diagnosis={photo.diagnosis} />}
          <Button icon="cross" className="mt-7" disabled={actions.cancel.isPending} onClick={() => actions.cancel.mutate(job)}>
            {m.job.cancel}
          </Button>
          <p className="mt-4 text-sm text-soft">{m.job.leave}</p>
          {trouble && <div className="mt-5">{trouble}</div>}
        </>
      }
    />
  );
}
