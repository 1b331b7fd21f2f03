/** The editor of the mask: painting, and running again with what was painted. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { postMask } from "../../api/client.ts";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo } from "../../api/types.ts";
import { mendingWishOf } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { submitAsShown, useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { Refused } from "../credits/Refused.tsx";
import { useHistory } from "../edit/useHistory.ts";
import { useLeaving } from "../edit/useLeaving.tsx";
import type { Version } from "../edit/useVersion.ts";
import { useZoom } from "../edit/useZoom.ts";
import { adopt } from "../job/adopt.ts";
import { Stage } from "../job/Stage.tsx";
import { Leaving } from "../providers/Leaving.tsx";
import { useFitting, useHeard } from "../providers/useOffers.ts";
import { BrushCanvas, type Painting } from "./BrushCanvas.tsx";
import { BrushTools } from "./BrushTools.tsx";
import { type Painted, rememberPainted } from "./remembered.ts";
import { type Act, type Mode, radiusAt, stepBy, usualStep } from "./strokes.ts";
import { useBrushKeys } from "./useBrushKeys.ts";

interface Props {
  photo: Photo;
  version: Version;
  painted: Painted;
  bitmap: ImageBitmap | null;
}

export function BrushEditor({ photo, version, painted, bitmap }: Props) {
  const client = useQueryClient();
  const painting = useRef<Painting | null>(null);
  const opened = useRef(painted.strokes.now);
  const strokes = useHistory<readonly Act[]>(() => painted.strokes);
  const [mode, setMode] = useState<Mode>("add");
  const [step, setStep] = useState(usualStep);
  const [zoom, setZoom] = useZoom();
  const [share, setShare] = useState<number | null>(null);
  const wish = useHeard(useFitting(mendingWishOf(version.job), [photo]), [photo]);
  const cost = useCost(wish.operation);
  const changed = strokes.now !== opened.current;
  const leaving = useLeaving(paths.photo(photo.id), changed);
  const size = useMemo(() => ({ width: version.width, height: version.height }), [version.width, version.height]);
  useBrushKeys((by) => setStep((old) => stepBy(old, by)), setMode);
  useEffect(() => setShare(painting.current?.board.share() ?? null), [strokes.now]);

  const run = useMutation({
    mutationFn: async () => {
      if (!painting.current) return;
      const mask = await postMask(photo.id, await painting.current.board.png());
      const marked = { ...wish, options: { ...wish.options, mask_id: mask.id } };
      const job = await submitAsShown(client, photo.id, marked);
      rememberPainted(mask.id, { base: painted.base, strokes: strokes.history });
      adopt(client, photo.id, job);
      leaving.done();
    },
  });
  return (
    <Stage
      aspect={size.width / size.height}
      tall
      picture={
        <BrushCanvas
          ref={painting}
          picture={stableUrl(version.before)}
          name={photo.filename}
          mask={bitmap}
          acts={strokes.now}
          radius={radiusAt(step)}
          onStroke={(stroke) => strokes.record([...strokes.now, stroke])}
          onZoom={setZoom}
          {...{ size, mode }}
        />
      }
      tools={
        <BrushTools
          {...{ mode, step, zoom, strokes }}
          onMode={setMode}
          onStep={setStep}
          surface={() => painting.current?.surface}
          canClear={share !== null && share > 0}
          onClear={() => strokes.record([...strokes.now, { mode: "clear" }])}
        />
      }
      panel={
        <>
          <Heading title={m.brush.title} className="text-xl font-semibold">
            {m.brush.title}
          </Heading>
          <p className="mt-2">{m.brush.text}</p>
          <p role="status" className="mt-3 font-medium">
            {share !== null && m.brush.share(share)}
          </p>
          <p className="mt-3 text-sm text-soft pointer-fine:hidden">{m.brush.fingers}</p>
          <p className="mt-3 text-sm text-soft pointer-coarse:hidden">{m.brush.mouse}</p>
          <p id="brush-keys" className="mt-2 text-sm text-soft pointer-coarse:hidden">
            {m.brush.keys}
          </p>
          <Button
            icon="broom"
            className="mt-4 sm:hidden"
            disabled={share === null || share === 0}
            onClick={() => strokes.record([...strokes.now, { mode: "clear" }])}
          >
            {m.brush.clear}
          </Button>
          <CostNote cost={cost && { ...cost, freeIfFine: false }} className="mt-4" />
          <Leaving wish={wish} photos={[photo]} className="mt-4" />
          {run.isError && (
            <div className="mt-5">
              <Refused error={run.error} />
            </div>
          )}
          {leaving.dialog}
        </>
      }
      bar={
        <div className="flex gap-2">
          <Button look="strong" className="min-h-12 flex-1" disabled={!changed || run.isPending} onClick={() => run.mutate()}>
            {run.isPending ? m.edit.sending : priced(m.brush.run, cost)}
          </Button>
          <Button className="min-h-12" onClick={leaving.leave}>
            {m.edit.cancel}
          </Button>
        </div>
      }
    />
  );
}
