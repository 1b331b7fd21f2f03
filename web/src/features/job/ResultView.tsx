/** What came of a photo: before and after to compare, or a film; what was done, what else can be, and the download. */
import { useState, type ReactNode } from "react";
import type { Job, Photo, Rendition } from "../../api/types.ts";
import { colours, mendingWishOf, mends, photosFor } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { GuestBanner } from "../account/GuestBanner.tsx";
import { Compare } from "../compare/Compare.tsx";
import { Charged } from "../credits/Charged.tsx";
import { Allowed } from "../download/Allowed.tsx";
import { unlarged } from "../download/allowed.ts";
import { DownloadBar } from "../download/DownloadBar.tsx";
import { useJobOf } from "../edit/useVersion.ts";
import { FilmView } from "../making/FilmView.tsx";
import { MadeBy } from "../making/MadeBy.tsx";
import { MadeFrom } from "../making/MadeFrom.tsx";
import { Makings } from "../making/Makings.tsx";
import { doneTitle } from "../making/words.ts";
import { KeepPhoto } from "../providers/KeepHere.tsx";
import { ReportDialog } from "../report/ReportDialog.tsx";
import { StoryPart } from "../story/StoryPart.tsx";
import { BackLink } from "./BackLink.tsx";
import { chosen, useChosen } from "./chosen.ts";
import { Details } from "./Details.tsx";
import { colourless } from "./findings.ts";
import { LaterTrouble } from "./LaterTrouble.tsx";
import { Mended } from "./Mended.tsx";
import { Options } from "./Options.tsx";
import type { ViewProps } from "./shared.ts";
import { shownOf } from "./shown.ts";
import { useOperations } from "./useOperations.ts";
import { Versions } from "./Versions.tsx";

interface Shown {
  photo: Photo;
  rendition: Rendition;
  job: Job | null;
  children: ReactNode;
}

/** A film is played, what was made of several photos stands alone, everything else is compared with what it was. */
function Shown({ photo, rendition, job, children }: Shown) {
  const bar = <DownloadBar photo={photo} rendition={rendition} />;
  if (rendition.media === "film") return <FilmView name={photo.filename} {...{ rendition, bar, children }} />;
  return (
    <Compare
      name={photo.filename}
      before={rendition.before_preview_url}
      after={rendition.preview_url}
      width={rendition.width}
      height={rendition.height}
      mask={job?.result?.mask?.url ?? null}
      alone={rendition.operation === "fuse" || rendition.operation === "bring_together"}
      bar={bar}
    >
      {children}
    </Compare>
  );
}

function Leave({ photo, rendition, onDelete }: { photo: Photo; rendition: Rendition; onDelete: () => void }) {
  const [reporting, setReporting] = useState(false);
  return (
    <div className="mt-4 -ml-4 grid justify-items-start">
      {photo.original_url && (
        <ButtonLink look="quiet" icon="photo" href={photo.original_url} download>
          {m.result.original}
        </ButtonLink>
      )}
      <Button look="quiet" icon="flag" onClick={() => setReporting(true)}>
        {m.report.open}
      </Button>
      <Button look="quiet" icon="trash" onClick={onDelete}>
        {m.remove.action}
      </Button>
      {reporting && <ReportDialog rendition={rendition} onClose={() => setReporting(false)} />}
    </div>
  );
}

export function ResultView({ photo, job: latest, actions, trouble, onDelete }: ViewProps) {
  const wanted = useChosen(photo.id);
  const rendition = shownOf(photo, wanted);
  const job = useJobOf(rendition, latest);
  const colour = useOperations().some((one) => one.value !== "restore");
  if (!rendition) return null;
  const operation = rendition.operation as Job["operation"];
  const mended = mends(operation);
  const isColoured = colours(operation);
  const result = job?.result ?? null;
  const film = rendition.media === "film";
  const dab = () => navigate(mended ? paths.colour(photo.id, rendition.version) : paths.colour(photo.id));
  return (
    <Shown key={rendition.id} {...{ photo, rendition, job }}>
      <BackLink />
      <Heading title={photo.filename} className="text-xl font-semibold">
        {doneTitle(operation, result)}
      </Heading>
      <p className="mt-1 text-soft wrap-anywhere">{photo.filename}</p>
      {film && rendition.seconds !== null && <p className="text-sm text-soft">{m.making.filmSeconds(rendition.seconds)}</p>}
      {!film && <Allowed {...rendition} />}
      <Charged job={job} className="text-sm text-soft" />
      {job && <MadeBy job={job} className="mt-3" />}
      {photosFor(operation) === 1 && (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button icon="corners" onClick={() => navigate(paths.corners(photo.id))}>
            {m.result.corners}
          </Button>
          {colour && mended && (isColoured || colourless(photo.diagnosis)) && (
            <Button icon="drop" onClick={dab}>
              {isColoured ? m.result.editColour : m.result.colour}
            </Button>
          )}
        </div>
      )}
      <GuestBanner className="mt-5" />
      <LaterTrouble job={latest} actions={actions} />
      {trouble && <div className="mt-5">{trouble}</div>}
      {job && <MadeFrom job={job} className="mt-6" />}
      <Versions results={photo.results} chosen={rendition.id} onChoose={(id) => chosen.choose(photo.id, id)} />
      {mended && result && <Mended result={result} onEdit={() => navigate(paths.brush(photo.id, rendition.version))} />}
      {result && <Details result={result} findings={mended} />}
      {job && <StoryPart key={`story ${job.id}`} photo={photo} job={job} />}
      <Makings photo={photo} last={job} className="mt-7" />
      <Options
        key={job?.id}
        photo={photo}
        last={mendingWishOf(job)}
        size={job && mended ? unlarged(rendition, job) : null}
        busy={actions.submit.isPending}
        onRun={(wish) => actions.submit.mutate(wish)}
        onDab={dab}
      />
      <KeepPhoto photo={photo} className="mt-4" />
      <Leave photo={photo} rendition={rendition} onDelete={onDelete} />
    </Shown>
  );
}
