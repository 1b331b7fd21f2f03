/** The dabs, the chosen one of them, and what the next one will be. */
import { useState } from "react";
import type { Point } from "../../api/types.ts";
import { amend, begin, record } from "../edit/history.ts";
import { useHistory } from "../edit/useHistory.ts";
import { change, type Dabs, move, place, radiusAt, remove, stepOf, usualStep } from "./dabs.ts";
import { palette } from "./palette.ts";

export function useDabs(start: Dabs) {
  const dabs = useHistory<Dabs>(() => begin(start));
  const [chosen, setChosen] = useState<number | null>(null);
  const [color, setColor] = useState(palette[0]?.color ?? "#808080");
  const [step, setStep] = useState(usualStep);
  const held = chosen === null ? undefined : dabs.now[chosen];
  const update = (next: (now: Dabs) => Dabs, going = false) =>
    dabs.setHistory((old) => (going ? amend(old, next(old.now)) : record(old, next(old.now))));
  return {
    dabs,
    chosen: held ? chosen : null,
    choose: setChosen,
    color: held?.color ?? color,
    step: held ? stepOf(held.radius) : step,
    paint: (next: string, going: boolean) => {
      setColor(next);
      if (held && chosen !== null) update((now) => change(now, chosen, { color: next }), going);
    },
    resize: (next: number, going: boolean) => {
      setStep(next);
      if (held && chosen !== null) update((now) => change(now, chosen, { radius: radiusAt(next) }), going);
    },
    add: (at: Point) => {
      setChosen(null);
      update((now) => place(now, at, color, radiusAt(step)));
    },
    move: (index: number, to: Point, going: boolean) => update((now) => move(now, index, to), going),
    remove: (index: number) => {
      setChosen(null);
      update((now) => remove(now, index));
    },
    clear: () => {
      setChosen(null);
      dabs.record([]);
    },
  };
}

export type Work = ReturnType<typeof useDabs>;
