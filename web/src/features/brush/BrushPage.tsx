/** What the restoration filled in, to be changed with a brush; then the photo is restored again with that. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { Loading } from "../../app/Loading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { begin } from "../edit/history.ts";
import { useVersion, type Version } from "../edit/useVersion.ts";
import { usePhoto } from "../job/usePhoto.ts";
import { BrushEditor } from "./BrushEditor.tsx";
import { loadMask } from "./board.ts";
import { type Painted, paintedOf } from "./remembered.ts";
import type { Act } from "./strokes.ts";

/** Loads what there is to begin with, then shows the editor. */
function Opening({ photo, version }: { photo: Photo; version: Version }) {
  const mask = version.job?.result?.mask ?? null;
  const painted = useMemo<Painted>(
    () => paintedOf(mask?.id) ?? { base: mask, strokes: begin<readonly Act[]>([]) },
    [mask?.id],
  );
  const { data, isPending, isError, refetch } = useQuery({
    queryKey: ["mask", painted.base?.id ?? ""],
    queryFn: () => (painted.base ? loadMask(stableUrl(painted.base.url)) : null),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isPending) return <Loading />;
  if (!isError) return <BrushEditor {...{ photo, version, painted }} bitmap={data} />;
  return (
    <div className="m-auto w-full max-w-lg p-6">
      <Heading className="sr-only">{m.brush.title}</Heading>
      <ErrorNote
        title={m.problem.title}
        actions={<Button icon="again" onClick={() => void refetch()}>{m.problem.again}</Button>}
      >
        {m.brush.noMask}
      </ErrorNote>
    </div>
  );
}

export function BrushPage({ id, version: number }: { id: string; version: number | null }) {
  const { query, photo, job } = usePhoto(id);
  const version = useVersion(photo, job, number);
  if (photo && version) return <Opening key={version.rendition?.id ?? photo.id} photo={photo} version={version} />;
  if (!query.isError) return <Loading />;
  return <NotFound />;
}
