/** What shall be done, by whom, for how much, and whether the names are told: then all of them start at once. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Photo } from "../../api/types.ts";
import { makingWishOf, mends, sendable, type Wish } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { navigate, paths } from "../../app/route.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { ErrorNote } from "../../ui/Note.tsx";
import { Select } from "../../ui/Select.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import { useCredits } from "../credits/cost.ts";
import { priced } from "../credits/price.ts";
import { Refused } from "../credits/Refused.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { Stage } from "../job/Stage.tsx";
import { Still } from "../job/Still.tsx";
import { How } from "../making/How.tsx";
import { useMood } from "../making/Moodboard.tsx";
import { BackToPhoto } from "./BackToPhoto.tsx";
import { CandidateList } from "./CandidateList.tsx";
import { bakeoffKeys, type Candidate, getCandidates, type Single, startBakeoff } from "./calls.ts";
import { costOf, fewest, idOf, priceOf, singles } from "./contest.ts";
import { Earlier } from "./Earlier.tsx";
import { First } from "./First.tsx";

/** Those that two or more could do. */
function useSingles(): readonly Single[] {
  const offers = useCapabilities().data?.offers;
  return singles.filter((one) => (offers?.[one] ?? []).length >= fewest);
}

function Going({ chosen }: { chosen: readonly Candidate[] }) {
  const titles = [...new Set(chosen.filter((one) => one.sends).map((one) => one.provider_title))];
  if (chosen.length === 0) return null;
  const leaves = titles.length > 0;
  return (
    <p className={`mt-3 flex gap-2 text-sm ${leaves ? "font-medium text-ember" : "text-soft"}`}>
      <Icon name={leaves ? "send" : "lock"} className="mt-0.5 size-4" />
      <span>{leaves ? m.bakeoff.goes(titles) : m.bakeoff.stays}</span>
    </p>
  );
}

/** Starting all of them, and going to where they are looked at. */
function useStart(photo: Photo, operation: Single) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: startBakeoff,
    onSuccess: (bakeoff) => {
      client.setQueryData(bakeoffKeys.one(bakeoff.id), bakeoff);
      for (const queryKey of [bakeoffKeys.ofPhoto(photo.id), keys.photo(photo.id), keys.photos, keys.credits, keys.today]) {
        void client.invalidateQueries({ queryKey });
      }
      navigate(paths.bakeoff(photo.id, bakeoff.id));
    },
    onError: (error) => {
      if (asProblem(error).code === "price_changed") {
        void client.invalidateQueries({ queryKey: bakeoffKeys.candidates(photo.id, operation) });
      }
    },
  });
}

export function Setup({ photo }: { photo: Photo }) {
  const offered = useSingles();
  const [wanted, setWanted] = useState<Single>("restore");
  const operation = offered.includes(wanted) ? wanted : (offered[0] ?? wanted);
  const [wish, setWish] = useState<Wish>(() => makingWishOf(operation, null));
  const { wish: asked, involved } = useMood(wish.operation === operation ? wish : makingWishOf(operation, null), [photo]);
  const found = useQuery({
    queryKey: bakeoffKeys.candidates(photo.id, operation),
    queryFn: () => getCandidates(photo.id, operation),
  });
  const candidates = found.data?.items ?? [];
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [blind, setBlind] = useState(false);
  const chosen = candidates.filter((one) => one.available && picked.has(idOf(one)));
  const cost = costOf(chosen, useCredits()?.available ?? null, mends(operation));
  const run = useStart(photo, operation);
  const wordless = asked.options.enhancement === "custom" && asked.options.prompt.trim() === "";
  const start = () =>
    run.mutate({
      photoId: photo.id,
      wish: { ...sendable(asked), operation },
      candidates: chosen,
      blind,
      price: priceOf(chosen),
    });
  return (
    <Stage
      aspect={photo.width / photo.height}
      picture={<Still photo={photo} />}
      panel={
        <>
          <BackToPhoto photo={photo} />
          <Heading title={m.bakeoff.title} className="text-xl font-semibold">
            {m.bakeoff.title}
          </Heading>
          <p className="mt-1 text-soft">{m.bakeoff.lead}</p>
          <div className="mt-6 grid gap-6">
            {offered.length > 1 && (
              <Select
                label={m.bakeoff.operation}
                value={operation}
                options={offered.map((value) => ({ value, name: m.options.operations[value] }))}
                onChange={(next) => {
                  setWanted(next as Single);
                  setPicked(new Set());
                }}
              />
            )}
            <How photos={involved} wish={asked} onChange={(part) => setWish({ ...asked, options: { ...asked.options, ...part } })} />
            <Switch label={m.bakeoff.blind} hint={m.bakeoff.blindHint} on={blind} onChange={setBlind} />
            {found.isError && <Refused error={found.error} asked={false} />}
            {found.data && candidates.filter((one) => one.available).length < fewest && <ErrorNote>{m.bakeoff.tooFew}</ErrorNote>}
            {candidates.length > 0 && <CandidateList candidates={candidates} chosen={picked} onChange={setPicked} />}
          </div>
          {run.isError && (
            <div className="mt-5">
              <Refused error={run.error} />
            </div>
          )}
          <First operation={operation} />
          <Earlier photo={photo} />
        </>
      }
      bar={
        <>
          <Button
            look="strong"
            icon="columns"
            className="w-full"
            disabled={chosen.length < fewest || wordless || run.isPending}
            onClick={start}
          >
            {run.isPending ? m.edit.sending : priced(m.bakeoff.run(chosen.length), cost)}
          </Button>
          <CostNote cost={cost} className="mt-2" />
          <Going chosen={chosen} />
        </>
      }
    />
  );
}
