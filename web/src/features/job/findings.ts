/** Which findings are worth showing, and the words for their numbers. */
import type { Diagnosis, Finding } from "../../api/types.ts";

const worthSaying = 0.3;
const atMost = 4;

/** The most certain and heaviest first; what is hardly there is left out. */
export function shownFindings(diagnosis: Diagnosis): Finding[] {
  return diagnosis.findings
    .filter((finding) => finding.confidence >= worthSaying)
    .sort((a, b) => b.confidence * (0.2 + b.severity) - a.confidence * (0.2 + a.severity))
    .slice(0, atMost);
}

/** Whether a photo may be without colours of its own: only what was measured to have some is not. */
export const colourless = (diagnosis: Diagnosis | null | undefined): boolean => diagnosis?.measures.monochrome !== false;

export function severityWord(severity: number): "slight" | "clear" | "strong" {
  if (severity < 0.34) return "slight";
  return severity < 0.67 ? "clear" : "strong";
}

export function sureWord(confidence: number): "very" | "fairly" | "little" {
  if (confidence >= 0.8) return "very";
  return confidence >= 0.5 ? "fairly" : "little";
}
