/** What is asked of the server for a photo: what to do, and how. Values in, values out. */
import type { Job, JobOptions, Operation } from "./types.ts";

export interface Wish {
  operation: Operation;
  /** All of them named, those that the server would take for granted, too. */
  options: Required<JobOptions>;
}

/** What happens to a photo that was just dropped. */
export const automatic: Wish = {
  operation: "restore",
  options: { strength: "auto", enlarge: 1, keep_tone: false, mask_id: null, hints: [] },
};

export const colours = (operation: Operation): boolean => operation !== "restore";

export const wishOf = (job: Pick<Job, "operation" | "options"> | null): Wish =>
  job ? { operation: job.operation, options: { ...automatic.options, ...job.options } } : automatic;

/** Dabs only go with colour: the server refuses them for anything else. */
export const sendable = (wish: Wish): Wish =>
  colours(wish.operation) ? wish : { ...wish, options: { ...wish.options, hints: [] } };

/** After a change of the corners, marks and dabs would lie elsewhere. */
export const afresh = (wish: Wish): Wish => ({ ...wish, options: { ...wish.options, mask_id: null, hints: [] } });

/** Colour added to what was asked for before. */
export const coloured = (wish: Wish): Wish => (colours(wish.operation) ? wish : { ...wish, operation: "restore_colorize" });
