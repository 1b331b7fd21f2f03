/** Where the print is in the picture: set the corners, and restore with them. */
import { Loading } from "../../app/Loading.tsx";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { putCorners } from "../../api/client.ts";
import type { Job, Photo } from "../../api/types.ts";
import { afresh, mendingWishOf } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { submitAsShown, useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { Refused } from "../credits/Refused.tsx";
import { useEscape } from "../edit/useLeaving.tsx";
import { adopt } from "../job/adopt.ts";
import { Stage } from "../job/Stage.tsx";
import { usePhoto } from "../job/usePhoto.ts";
import { Leaving } from "../providers/Leaving.tsx";
import { useFitting } from "../providers/useOffers.ts";
import { CornerEditor } from "./CornerEditor.tsx";
import { asQuad, fullFrame, type Quad } from "./quad.ts";

function Editor({ photo, job: latest }: { photo: Photo; job: Job | null }) {
  const client = useQueryClient();
  const [quad, setQuad] = useState<Quad>(asQuad(photo.corners.corners) ?? fullFrame);
  const suggested = asQuad(photo.corners.suggested);
  const wish = useFitting(mendingWishOf(latest), [photo]);
  const cost = useCost(wish.operation);
  const byHand = Boolean(wish.options.mask_id) || wish.options.hints.length > 0;
  const back = () => navigate(paths.photo(photo.id));
  useEscape(back);
  const save = useMutation({
    mutationFn: async () => {
      const corners = await putCorners(photo.id, [...quad]);
      const job = await submitAsShown(client, photo.id, afresh(wish));
      adopt(client, photo.id, job, { corners });
    },
    onSuccess: back,
  });
  return (
    <Stage
      aspect={photo.width / photo.height}
      picture={<CornerEditor photo={photo} quad={quad} onQuad={setQuad} />}
      panel={
        <>
          <Heading title={m.corners.title} className="text-xl font-semibold">
            {m.corners.title}
          </Heading>
          <p className="mt-2">{m.corners.text}</p>
          {photo.corners.source === "automatic" && <p className="mt-2 text-soft">{m.corners.found}</p>}
          <p className="mt-2 text-sm text-soft pointer-coarse:hidden">{m.corners.keys}</p>
          {byHand && <p className="mt-3 text-[0.9375rem] font-medium">{m.corners.fresh}</p>}
          <div className="mt-5 flex flex-wrap gap-2">
            {suggested && (
              <Button icon="corners" onClick={() => setQuad(suggested)}>
                {m.corners.suggested}
              </Button>
            )}
            <Button icon="fit" onClick={() => setQuad(fullFrame)}>
              {m.corners.whole}
            </Button>
          </div>
          <CostNote cost={cost} className="mt-5" />
          <Leaving wish={wish} photos={[photo]} className="mt-3" />
          {save.isError && (
            <div className="mt-5">
              <Refused error={save.error} />
            </div>
          )}
        </>
      }
      bar={
        <div className="flex gap-2">
          <Button look="strong" className="min-h-12 flex-1" disabled={save.isPending} onClick={() => save.mutate()}>
            {priced(m.corners.save, cost)}
          </Button>
          <Button className="min-h-12" onClick={back}>
            {m.corners.cancel}
          </Button>
        </div>
      }
    />
  );
}

export function CornersPage({ id }: { id: string }) {
  const { query, photo, job } = usePhoto(id);
  if (photo) return <Editor photo={photo} job={job} />;
  if (!query.isError) return <Loading />;
  return <NotFound />;
}
