/** A photo that is not being worked on and has no result: new, stopped, failed, or good as it is. */
import { automatic, mendingWishOf, mends, wishOf } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { GuestBanner } from "../account/GuestBanner.tsx";
import { Charged } from "../credits/Charged.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { MadeBy } from "../making/MadeBy.tsx";
import { Makings } from "../making/Makings.tsx";
import { troubleTitle } from "../making/words.ts";
import { KeepPhoto } from "../providers/KeepHere.tsx";
import { Leaving } from "../providers/Leaving.tsx";
import { StoryPart } from "../story/StoryPart.tsx";
import { BackLink } from "./BackLink.tsx";
import { Details } from "./Details.tsx";
import { colourless } from "./findings.ts";
import { Options } from "./Options.tsx";
import type { Standing } from "./progress.ts";
import type { ViewProps } from "./shared.ts";
import { Stage } from "./Stage.tsx";
import { Still } from "./Still.tsx";
import { useOperations } from "./useOperations.ts";

const titles: Record<Exclude<Standing, "queued" | "running" | "restored">, { title: string; text: string }> = {
  new: { title: m.job.newTitle, text: m.job.newText },
  failed: { title: m.job.failedTitle, text: m.job.failedText },
  canceled: { title: m.job.canceledTitle, text: m.job.canceledText },
  unchanged: { title: m.result.unchanged, text: m.result.unchangedText },
  left: { title: m.result.left, text: m.result.leftText },
};

export function Resting({ photo, job, actions, trouble, onDelete, state }: ViewProps & { state: Standing }) {
  const { title, text } = titles[state as keyof typeof titles] ?? titles.new;
  const again = job !== null && (state === "failed" || state === "canceled") ? job : null;
  const looked = state === "unchanged" || state === "left";
  const colour = useOperations().some((one) => one.value !== "restore");
  const wish = again ? wishOf(again) : automatic;
  const cost = useCost(state === "new" ? automatic.operation : wishOf(job).operation, wish.options.quality);
  const busy = actions.submit.isPending || actions.retry.isPending;
  const begin = () => (again ? actions.retry.mutate(again) : actions.submit.mutate(automatic));
  return (
    <Stage
      aspect={photo.width / photo.height}
      picture={<Still photo={photo} />}
      panel={
        <>
          <BackLink />
          <Heading title={photo.filename} className="text-xl font-semibold">
            {again ? troubleTitle(again) : title}
          </Heading>
          <p className="mt-1 text-soft wrap-anywhere">{photo.filename}</p>
          {state === "failed" ? (
            <div className="mt-5">
              <ErrorNote>{job?.error?.message ?? text}</ErrorNote>
            </div>
          ) : (
            <p className="mt-4">{text}</p>
          )}
          <Charged job={job} className="mt-2 font-medium" />
          {trouble && <div className="mt-5">{trouble}</div>}
          <div className="mt-6 flex flex-wrap gap-3">
            {!looked && (
              <Button look="strong" icon={state === "new" ? undefined : "again"} disabled={busy} onClick={begin}>
                {priced(state === "new" ? m.job.restart : m.job.retry, cost)}
              </Button>
            )}
            <Button icon="corners" onClick={() => navigate(paths.corners(photo.id))}>
              {looked ? m.result.corners : m.job.adjustFirst}
            </Button>
            {looked && (
              <Button icon="brush" onClick={() => navigate(paths.brush(photo.id))}>
                {m.mended.mark}
              </Button>
            )}
            {looked && colour && colourless(photo.diagnosis) && (
              <Button icon="drop" onClick={() => navigate(paths.colour(photo.id))}>
                {m.result.colour}
              </Button>
            )}
            {looked && photo.original_url && (
              <ButtonLink icon="download" href={photo.original_url} download>
                {m.result.original}
              </ButtonLink>
            )}
          </div>
          {!looked && !trouble && <CostNote cost={cost} className="mt-3" />}
          {!looked && <Leaving wish={wish} photos={[photo]} className="mt-3" />}
          {looked && <p className="mt-4 text-[0.9375rem] text-soft">{m.mended.missed}</p>}
          <KeepPhoto photo={photo} className="mt-4" />
          {job && <MadeBy job={job} className="mt-4" />}
          <GuestBanner className="mt-6" />
          {looked && job?.result && <Details result={job.result} findings={mends(job.operation)} />}
          {job && <StoryPart key={`story ${job.id}`} photo={photo} job={job} />}
          <Makings photo={photo} last={job} className="mt-7" />
          <Options
            key={job?.id}
            photo={photo}
            last={mendingWishOf(job)}
            size={photo.corners.source === "full_frame" ? photo : null}
            busy={busy}
            onRun={(wish) => actions.submit.mutate(wish)}
            onDab={() => navigate(paths.colour(photo.id))}
          />
          <Button look="quiet" icon="trash" className="mt-6 -ml-4 text-soft" onClick={onDelete}>
            {m.remove.action}
          </Button>
        </>
      }
    />
  );
}
