/** A restored photo: before and after to compare, what was done, and the download. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getJob } from "../../api/client.ts";
import { keys } from "../../api/queries.ts";
import type { Job, Rendition } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Compare } from "../compare/Compare.tsx";
import { DownloadBar } from "../download/DownloadBar.tsx";
import { automatic } from "../upload/start.ts";
import { BackLink } from "./BackLink.tsx";
import { Details } from "./Details.tsx";
import { Options } from "./Options.tsx";
import type { ViewProps } from "./shared.ts";
import { Versions } from "./Versions.tsx";

/** The job that made a result: the latest one in most cases, an older one for an older version. */
function useJobOf(rendition: Rendition | undefined, latest: Job | null): Job | null {
  const id = rendition?.job_id ?? "";
  const known = latest?.id === id ? latest : null;
  const { data } = useQuery({
    queryKey: keys.job(id),
    queryFn: () => getJob(id),
    enabled: id !== "" && known === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return known ?? data ?? null;
}

/** A later run that did not end well is told above the result that is still there. */
function LaterTrouble({ job, actions }: { job: Job | null; actions: ViewProps["actions"] }) {
  if (job?.status === "succeeded" && job.result?.unchanged) {
    return (
      <p role="status" className="mt-5 rounded-xl border border-line bg-surface p-4 text-[0.9375rem]">
        {m.result.laterUnchanged} {job.result.reason}
      </p>
    );
  }
  if (job?.status !== "failed" && job?.status !== "canceled") return null;
  const failed = job.status === "failed";
  return (
    <div className="mt-5">
      <ErrorNote
        title={failed ? m.job.failedTitle : m.job.canceledTitle}
        actions={<Button icon="again" onClick={() => actions.retry.mutate(job)}>{m.job.retry}</Button>}
      >
        {failed ? (job.error?.message ?? m.job.failedText) : null}
      </ErrorNote>
    </div>
  );
}

export function ResultView({ photo, job: latest, actions, trouble, onDelete }: ViewProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const rendition = photo.results.find((one) => one.id === chosen) ?? photo.results[0];
  const job = useJobOf(rendition, latest);
  if (!rendition) return null;
  const result = job?.result ?? null;
  return (
    <Compare
      key={rendition.id}
      name={photo.filename}
      before={rendition.before_preview_url}
      after={rendition.preview_url}
      width={rendition.width}
      height={rendition.height}
      bar={<DownloadBar photo={photo} rendition={rendition} />}
    >
      <BackLink />
      <Heading title={photo.filename} className="text-xl font-semibold">
        {result?.chosen === "input" ? m.result.straightened : m.result.restored}
      </Heading>
      <p className="mt-1 text-soft wrap-anywhere">{photo.filename}</p>
      <p className="text-sm text-soft">{m.result.size(rendition.width, rendition.height)}</p>
      <Button icon="corners" className="mt-4" onClick={() => navigate(paths.corners(photo.id))}>
        {m.result.corners}
      </Button>
      <LaterTrouble job={latest} actions={actions} />
      {trouble && <div className="mt-5">{trouble}</div>}
      <Versions results={photo.results} chosen={rendition.id} onChoose={setChosen} />
      {result && <Details result={result} />}
      <Options
        last={job?.options ?? automatic}
        busy={actions.submit.isPending}
        onRun={(options) => {
          setChosen(null);
          actions.submit.mutate(options);
        }}
      />
      <div className="mt-4 -ml-4 grid justify-items-start">
        {photo.original_url && (
          <ButtonLink look="quiet" icon="photo" href={photo.original_url} download>
            {m.result.original}
          </ButtonLink>
        )}
        <Button look="quiet" icon="trash" onClick={onDelete}>
          {m.remove.action}
        </Button>
      </div>
    </Compare>
  );
}
