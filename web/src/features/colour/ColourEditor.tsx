/** The editor of the dabs: placing, and running with them. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Operation, Photo, Point } from "../../api/types.ts";
import { coloured, colours, mendingWishOf } from "../../api/wish.ts";
import { paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import type { PanZoom } from "../edit/panZoom.ts";
import { submitAsShown, useCost } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { useLeaving } from "../edit/useLeaving.tsx";
import type { Version } from "../edit/useVersion.ts";
import { useZoom } from "../edit/useZoom.ts";
import { adopt } from "../job/adopt.ts";
import { colourless } from "../job/findings.ts";
import { Stage } from "../job/Stage.tsx";
import { Leaving } from "../providers/Leaving.tsx";
import { useFitting, useHeard } from "../providers/useOffers.ts";
import { ColourPanel } from "./ColourPanel.tsx";
import { ColourTools, type Seen } from "./ColourTools.tsx";
import { DabCanvas } from "./DabCanvas.tsx";
import { colourAt } from "./eyedropper.ts";
import { useDabs } from "./useDabs.ts";

export function ColourEditor({ photo, version }: { photo: Photo; version: Version }) {
  const client = useQueryClient();
  const surface = useRef<PanZoom | null>(null);
  const wish = mendingWishOf(version.job);
  const [opened] = useState(wish.options.hints);
  const work = useDabs(opened);
  const [operation, setOperation] = useState<Operation>(coloured(wish).operation);
  const after = version.rendition?.preview_url ?? null;
  const [seen, setSeen] = useState<Seen>(after ? "after" : "before");
  const [picking, setPicking] = useState(false);
  const [zoom, setZoom] = useZoom();
  const fitting = useFitting({ operation, options: { ...wish.options, hints: [...work.dabs.now] } }, [photo]);
  const asked = useHeard(fitting, [photo]);
  const cost = useCost(operation);
  const changed = work.dabs.now !== opened;
  const leaving = useLeaving(paths.photo(photo.id), changed, () => {
    setPicking(false);
    return picking;
  });
  const run = useMutation({
    mutationFn: () => submitAsShown(client, photo.id, asked),
    onSuccess: (job) => {
      adopt(client, photo.id, job);
      leaving.done();
    },
  });
  const before = stableUrl(version.before);
  const size = useMemo(() => ({ width: version.width, height: version.height }), [version.width, version.height]);
  const tap = (at: Point) => {
    if (!picking) return work.add(at);
    void colourAt(before, at)
      .catch(() => null)
      .then((found) => {
        if (found) work.paint(found, false);
        setPicking(false);
      });
  };
  return (
    <Stage
      aspect={version.width / version.height}
      tall
      picture={
        <DabCanvas
          picture={seen === "before" || picking || !after ? before : stableUrl(after)}
          name={photo.filename}
          size={size}
          dabs={work.dabs.now}
          onTap={tap}
          onMove={work.move}
          onChoose={work.choose}
          onRemove={work.remove}
          onZoom={setZoom}
          chosen={work.chosen}
          {...{ picking, surface }}
        />
      }
      tools={
        <ColourTools
          work={work}
          seen={after ? seen : null}
          onSeen={setSeen}
          surface={() => surface.current ?? undefined}
          onPick={setPicking}
          {...{ picking, zoom }}
        />
      }
      panel={
        <ColourPanel
          work={work}
          onAdd={() => {
            const { x, y } = surface.current?.view ?? { x: 0.5, y: 0.5 };
            work.add({ x, y });
          }}
          note={<Leaving wish={asked} photos={[photo]} className="mt-4" />}
          trouble={run.error}
          dialog={leaving.dialog}
          onOperation={setOperation}
          ownColours={!colourless(photo.diagnosis)}
          {...{ operation, picking, cost }}
        />
      }
      bar={
        <div className="flex gap-2">
          <Button
            look="strong"
            className="min-h-12 flex-1"
            disabled={run.isPending || (!changed && colours(wish.operation) && wish.operation === operation)}
            onClick={() => run.mutate()}
          >
            {run.isPending ? m.edit.sending : priced(m.colour.run, cost)}
          </Button>
          <Button className="min-h-12" onClick={leaving.leave}>
            {m.edit.cancel}
          </Button>
        </div>
      }
    />
  );
}
