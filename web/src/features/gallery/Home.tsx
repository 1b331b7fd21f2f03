/** The first page: an invitation while there are no photos, and the photos with their progress when there are. */
import { asProblem } from "../../api/problem.ts";
import { Heading } from "../../app/Heading.tsx";
import { Loading } from "../../app/Loading.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { GuestBanner } from "../account/GuestBanner.tsx";
import { useSomebody } from "../account/me.ts";
import { Invitation } from "../upload/Invitation.tsx";
import { SoloUpload } from "../upload/SoloUpload.tsx";
import { useUploads } from "../upload/start.ts";
import { UploadProblems } from "../upload/UploadProblems.tsx";
import { Gallery } from "./Gallery.tsx";
import { useCapabilities, usePhotos } from "./usePhotos.ts";

export function Home() {
  const somebody = useSomebody();
  const list = usePhotos();
  const items = useUploads();
  useCapabilities();
  const { photos } = list;
  const active = items.filter((item) => item.state !== "failed");
  const solo = active.length === 1 && active[0]?.solo ? active[0] : null;
  if (solo) return <SoloUpload item={solo} />;
  if (list.isPending && somebody !== false) return <Loading />;
  if (list.isError && photos.length === 0) {
    return (
      <div className="m-auto w-full max-w-lg p-6">
        <Heading className="sr-only">{m.app.name}</Heading>
        <ErrorNote
          title={m.problem.title}
          actions={<Button icon="again" onClick={() => void list.refetch()}>{m.problem.again}</Button>}
        >
          {asProblem(list.error).message}
        </ErrorNote>
      </div>
    );
  }
  const empty = photos.length === 0 && active.length === 0;
  return (
    <div className="mx-auto flex w-full max-w-[90rem] flex-1 flex-col px-4 pb-10 sm:px-6 lg:px-10">
      <GuestBanner className="mt-4" />
      <UploadProblems items={items} />
      {empty ? <Invitation /> : <Gallery list={list} uploads={active} />}
    </div>
  );
}
