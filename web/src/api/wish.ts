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
  options: {
    strength: "auto",
    enlarge: 1,
    keep_tone: false,
    mask_id: null,
    hints: [],
    prompt: "",
    rewrite: false,
    style: null,
    enhancement: null,
    amount: 0.8,
    seconds: 5,
    moodboard_id: null,
    provider: null,
    model: null,
    local_only: false,
    quality: "standard",
  },
};

export const colours = (operation: Operation): boolean => operation === "colorize" || operation === "restore_colorize";

export const wishOf = (job: Pick<Job, "operation" | "options"> | null): Wish =>
  job ? { operation: job.operation, options: { ...automatic.options, ...job.options } } : automatic;

type Option = keyof JobOptions;

const always: readonly Option[] = ["prompt", "rewrite", "provider", "model", "local_only"];
const mending: readonly Option[] = ["strength", "enlarge", "keep_tone", "mask_id"];

/** The options that each operation takes, beside those that all take. The server refuses any other. */
const taken: Readonly<Record<Operation, readonly Option[]>> = {
  restore: mending,
  colorize: [...mending, "hints"],
  restore_colorize: [...mending, "hints"],
  restyle: ["style", "amount", "moodboard_id", "quality"],
  enhance: ["enhancement", "amount", "moodboard_id", "quality"],
  fuse: ["moodboard_id", "quality"],
  bring_together: ["moodboard_id", "quality"],
  animate: ["seconds", "quality"],
};

/** Whether an operation makes a photo whole again; the others make something new of it. */
export const mends = (operation: Operation): boolean => taken[operation].includes("strength");

/** Those that take several photos: how many at least. */
export const photosFor = (operation: Operation): number => (operation === "fuse" || operation === "bring_together" ? 2 : 1);

/** What the operation does not take is left as it is without being asked for. */
export function sendable({ operation, options }: Wish): Wish {
  const kept = Object.entries(options).filter(([name]) => {
    const option = name as Option;
    return always.includes(option) || taken[operation].includes(option);
  });
  return { operation, options: { ...automatic.options, ...Object.fromEntries(kept) } };
}

/** Whether the engine on this machine makes anything of the words: of a description of what it should look like, and of a mood. */
export const isHeardHere = ({ operation, options }: Wish): boolean =>
  operation === "enhance" && (options.enhancement === "custom" || options.enhancement === "mood");

/** Without words, where nobody would read them. */
export const wordless = (wish: Wish): Wish => ({ ...wish, options: { ...wish.options, prompt: "", rewrite: false } });

/** Mending as it was asked for before; what made something new is no pattern for it. */
export const mendingWishOf = (job: Pick<Job, "operation" | "options"> | null): Wish =>
  job && mends(job.operation) ? wishOf(job) : automatic;

/** A wish for something new, as it was asked for before if it was. */
export function makingWishOf(operation: Operation, job: Pick<Job, "operation" | "options"> | null): Wish {
  if (job?.operation === operation) return wishOf(job);
  const { options } = automatic;
  if (operation === "restyle") return { operation, options: { ...options, style: "storybook" } };
  if (operation === "enhance") return { operation, options: { ...options, enhancement: "lighting" } };
  return { operation, options };
}

/** After a change of the corners, marks and dabs would lie elsewhere. */
export const afresh = (wish: Wish): Wish => ({ ...wish, options: { ...wish.options, mask_id: null, hints: [] } });

/** Colour added to what was asked for before. */
export const coloured = (wish: Wish): Wish => (colours(wish.operation) ? wish : { ...wish, operation: "restore_colorize" });
