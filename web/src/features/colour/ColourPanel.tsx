/** What dabs are for, what there is of them, and what is to be done with them. */
import type { ReactNode } from "react";
import type { Operation } from "../../api/types.ts";
import { Heading } from "../../app/Heading.tsx";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { CostNote } from "../credits/CostNote.tsx";
import type { Cost } from "../credits/price.ts";
import { Refused } from "../credits/Refused.tsx";
import { useOperations } from "../job/useOperations.ts";
import type { Work } from "./useDabs.ts";
import { most } from "./dabs.ts";
import { nameOf } from "./palette.ts";

interface Props {
  work: Work;
  picking: boolean;
  onAdd: () => void;
  operation: Operation;
  onOperation: (operation: Operation) => void;
  cost: Cost | null;
  /** Where the photo goes. */
  note: ReactNode;
  /** What the last run was refused for, if it was. */
  trouble: unknown;
  dialog: ReactNode;
  /** The photo is not black and white: what it has is replaced. */
  ownColours: boolean;
}

/** The dab that was pressed: what it is, and what can be done with it. */
function Chosen({ work, index }: { work: Work; index: number }) {
  const dab = work.dabs.now[index];
  if (!dab) return null;
  return (
    <div className="mt-4 flex items-center gap-3 rounded-xl border border-line bg-surface p-3">
      <span aria-hidden="true" className="size-8 rounded-full border border-edge" style={{ backgroundColor: dab.color }} />
      <p className="min-w-0 flex-1 text-[0.9375rem] leading-snug">
        <span className="font-medium">{m.colour.chosen(index + 1, nameOf(dab.color))}</span>
        <span className="block text-sm text-soft">{m.colour.chosenHint}</span>
      </p>
    </div>
  );
}

export function ColourPanel({ work, picking, onAdd, operation, onOperation, cost, note, trouble, dialog, ownColours }: Props) {
  const count = work.dabs.now.length;
  const operations = useOperations().filter((one) => one.value !== "restore");
  return (
    <>
      <Heading title={m.colour.title} className="text-xl font-semibold">
        {m.colour.title}
      </Heading>
      <p className="mt-2">{m.colour.text}</p>
      {ownColours && <p className="mt-3 text-[0.9375rem] font-medium">{m.colour.ownColours}</p>}
      <p role="status" className="mt-3 font-medium">
        {picking ? m.colour.picking : count >= most ? m.colour.full(most) : m.colour.count(count)}
      </p>
      {work.chosen !== null && <Chosen work={work} index={work.chosen} />}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button icon="plus" disabled={count >= most} onClick={onAdd}>
          {m.colour.add}
        </Button>
        <Button icon="trash" disabled={count === 0} onClick={work.clear}>
          {m.colour.clear}
        </Button>
      </div>
      <p className="mt-3 text-sm text-soft pointer-coarse:hidden">{m.colour.keys}</p>
      {operations.length > 1 && (
        <div className="mt-6">
          <Choice legend={m.options.operation} options={operations} value={operation} onChange={onOperation} />
        </div>
      )}
      <CostNote cost={cost} className="mt-5" />
      {note}
      {trouble !== null && (
        <div className="mt-5">
          <Refused error={trouble} />
        </div>
      )}
      {dialog}
    </>
  );
}
