/** The catalogue in use. Another language is another object of the same shape. */
import { en } from "./en.ts";

export type Messages = typeof en;
export const m: Messages = en;
