/** A history as the state of a component, with the keys for it. */
import { useEffect, useRef, useState } from "react";
import { canRedo, canUndo, type History, record, redo, undo } from "./history.ts";

/** True while a dialog asks something: its keys are not ours. */
export const asked = (): boolean => document.querySelector("dialog[open]") !== null;

export function useHistory<T>(start: () => History<T>) {
  const [history, setHistory] = useState(start);
  const back = () => setHistory(undo);
  const again = () => setHistory(redo);
  const latest = useRef({ back, again });
  latest.current = { back, again };

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || asked()) return;
      const letter = event.key.toLowerCase();
      if (letter === "z" && event.shiftKey) latest.current.again();
      else if (letter === "z") latest.current.back();
      else if (letter === "y" && event.ctrlKey) latest.current.again();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);

  return {
    history,
    setHistory,
    now: history.now,
    record: (next: T) => setHistory((old) => record(old, next)),
    undo: back,
    redo: again,
    canUndo: canUndo(history),
    canRedo: canRedo(history),
  };
}
