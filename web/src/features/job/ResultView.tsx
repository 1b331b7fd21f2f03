/** A restored photo: before and after to compare, what was done, and the download. */
import type { Job } from "../../api/types.ts";
import { colours, wishOf } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { GuestBanner } from "../account/GuestBanner.tsx";
import { Compare } from "../compare/Compare.tsx";
import { Allowed } from "../download/Allowed.tsx";
import { unlarged } from "../download/allowed.ts";
import { DownloadBar } from "../download/DownloadBar.tsx";
import { Charged } from "../credits/Charged.tsx";
import { useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { useJobOf } from "../edit/useVersion.ts";
import { BackLink } from "./BackLink.tsx";
import { chosen, useChosen } from "./chosen.ts";
import { Details } from "./Details.tsx";
import { colourless } from "./findings.ts";
import { Mended } from "./Mended.tsx";
import { Options } from "./Options.tsx";
import type { ViewProps } from "./shared.ts";
import { useOperations } from "./useOperations.ts";
import { Versions } from "./Versions.tsx";

/** A later run that did not end well is told above the result that is still there. */
function LaterTrouble({ job, actions }: { job: Job | null; actions: ViewProps["actions"] }) {
  const cost = useCost(wishOf(job).operation);
  if (job?.status === "succeeded" && job.result?.unchanged) {
    return (
      <div role="status" className="mt-5 rounded-xl border border-line bg-surface p-4 text-[0.9375rem]">
        <p>
          {m.result.laterUnchanged} {job.result.reason}
        </p>
        <Charged job={job} className="mt-1 font-medium" />
      </div>
    );
  }
  if (job?.status !== "failed" && job?.status !== "canceled") return null;
  const failed = job.status === "failed";
  return (
    <div className="mt-5">
      <ErrorNote
        title={failed ? m.job.failedTitle : m.job.canceledTitle}
        actions={<Button icon="again" onClick={() => actions.retry.mutate(job)}>{priced(m.job.retry, cost)}</Button>}
      >
        {failed && <p>{job.error?.message ?? m.job.failedText}</p>}
        <Charged job={job} className="mt-1 font-medium" />
      </ErrorNote>
    </div>
  );
}

export function ResultView({ photo, job: latest, actions, trouble, onDelete }: ViewProps) {
  const wanted = useChosen(photo.id);
  const rendition = photo.results.find((one) => one.id === wanted) ?? photo.results[0];
  const job = useJobOf(rendition, latest);
  const colour = useOperations().some((one) => one.value !== "restore");
  if (!rendition) return null;
  const isColoured = job !== null && colours(job.operation);
  const result = job?.result ?? null;
  const dab = () => navigate(paths.colour(photo.id, rendition.version));
  return (
    <Compare
      key={rendition.id}
      name={photo.filename}
      before={rendition.before_preview_url}
      after={rendition.preview_url}
      width={rendition.width}
      height={rendition.height}
      mask={result?.mask?.url ?? null}
      bar={<DownloadBar photo={photo} rendition={rendition} />}
    >
      <BackLink />
      <Heading title={photo.filename} className="text-xl font-semibold">
        {result?.chosen === "input" ? m.result.straightened : m.result.restored}
      </Heading>
      <p className="mt-1 text-soft wrap-anywhere">{photo.filename}</p>
      <Allowed {...rendition} />
      <Charged job={job} className="text-sm text-soft" />
      <div className="mt-4 flex flex-wrap gap-2">
        <Button icon="corners" onClick={() => navigate(paths.corners(photo.id))}>
          {m.result.corners}
        </Button>
        {colour && (isColoured || colourless(photo.diagnosis)) && (
          <Button icon="drop" onClick={dab}>
            {isColoured ? m.result.editColour : m.result.colour}
          </Button>
        )}
      </div>
      <GuestBanner className="mt-5" />
      <LaterTrouble job={latest} actions={actions} />
      {trouble && <div className="mt-5">{trouble}</div>}
      <Versions results={photo.results} chosen={rendition.id} onChoose={(id) => chosen.choose(photo.id, id)} />
      {result && <Mended result={result} onEdit={() => navigate(paths.brush(photo.id, rendition.version))} />}
      {result && <Details result={result} />}
      <Options
        key={job?.id}
        last={wishOf(job)}
        size={job && unlarged(rendition, job)}
        busy={actions.submit.isPending}
        onRun={(wish) => actions.submit.mutate(wish)}
        onDab={dab}
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
