/** The page of one photo: being restored, restored, or in need of a decision. */
import { Loading } from "../../app/Loading.tsx";
import { useState } from "react";
import { asProblem } from "../../api/problem.ts";
import type { Job, Photo } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Refused } from "../credits/Refused.tsx";
import { DeleteDialog } from "../gallery/DeleteDialog.tsx";
import { useRefusal } from "../upload/refusals.ts";
import { standing } from "./progress.ts";
import { ResultView } from "./ResultView.tsx";
import { Restoring } from "./Restoring.tsx";
import { Resting } from "./Resting.tsx";
import { useJobActions, usePhoto } from "./usePhoto.ts";

function View({ photo, job, onDelete }: { photo: Photo; job: Job | null; onDelete: () => void }) {
  const actions = useJobActions(photo.id);
  const state = standing(photo, job);
  const refused = useRefusal(photo.id);
  const begun = job === null && actions.submit.isIdle ? refused : null;
  const failure = actions.submit.error ?? actions.retry.error ?? actions.cancel.error ?? begun;
  const trouble = failure ? <Refused error={failure} asked={failure !== begun} /> : null;
  const shared = { photo, job, actions, trouble, onDelete };
  if (job && (state === "queued" || state === "running")) return <Restoring {...shared} job={job} />;
  if (state === "restored") return <ResultView {...shared} />;
  return <Resting {...shared} state={state} />;
}

export function PhotoPage({ id }: { id: string }) {
  const { query, photo, job } = usePhoto(id);
  const [leaving, setLeaving] = useState(false);
  if (photo && (job || photo.latest_job === null)) {
    return (
      <>
        <View photo={photo} job={job} onDelete={() => setLeaving(true)} />
        <DeleteDialog
          photo={leaving ? photo : null}
          onClose={() => setLeaving(false)}
          onDeleted={() => navigate(paths.home, { replace: true })}
        />
      </>
    );
  }
  if (!query.isError) return <Loading />;
  const problem = asProblem(query.error);
  if (problem.status === 404 || problem.status === 422) return <NotFound />;
  return (
    <div className="m-auto w-full max-w-lg p-6">
      <Heading className="sr-only">{problem.title}</Heading>
      <ErrorNote
        title={problem.title}
        actions={<Button icon="again" onClick={() => void query.refetch()}>{m.problem.again}</Button>}
      >
        {problem.message}
      </ErrorNote>
    </div>
  );
}
