/** What was found in a photo: in words, with how bad it is and how sure we are as small bars. */
import type { Diagnosis } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { severityWord, shownFindings, sureWord } from "./findings.ts";

const parts = [1, 2, 3];

/** A number from 1 to 3 as bars, with the word for it. */
function Level({ what, word, level, colour }: { what: string; word: string; level: number; colour: string }) {
  return (
    <p className="flex items-center gap-2 text-sm text-soft">
      <span className="sr-only">{m.finding.meter(what, word)}</span>
      <span aria-hidden="true">{what}</span>
      <span aria-hidden="true" title={word} className="flex gap-0.5">
        {parts.map((part) => (
          <span key={part} className={`h-1.5 w-4 rounded-sm ${part <= level ? colour : "bg-line"}`} />
        ))}
      </span>
    </p>
  );
}

export function Findings({ diagnosis }: { diagnosis: Diagnosis }) {
  const findings = shownFindings(diagnosis);
  if (findings.length === 0) return null;
  return (
    <section aria-labelledby="found" className="mt-7">
      <h2 id="found" className="text-sm font-semibold">
        {m.result.found}
      </h2>
      <ul className="mt-2 divide-y divide-line">
        {findings.map((finding) => (
          <li key={finding.degradation} className="py-3">
            <h3 className="flex items-center gap-2 font-medium">
              {finding.degradation === "F" && <Icon name="check" className="size-5 text-good" />}
              {m.finding.names[finding.degradation]}
            </h3>
            <p className="mt-0.5 text-[0.9375rem] text-soft">{finding.reason}</p>
            {finding.degradation !== "F" && (
              <div className="mt-1.5 flex flex-wrap gap-x-5 gap-y-1">
                <Level
                  what={m.finding.howBad}
                  word={m.finding.severity[severityWord(finding.severity)]}
                  level={["slight", "clear", "strong"].indexOf(severityWord(finding.severity)) + 1}
                  colour="bg-glow"
                />
                <Level
                  what={m.finding.howSure}
                  word={m.finding.sure[sureWord(finding.confidence)]}
                  level={["little", "fairly", "very"].indexOf(sureWord(finding.confidence)) + 1}
                  colour="bg-edge"
                />
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
