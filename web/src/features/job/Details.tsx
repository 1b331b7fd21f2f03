/** What was found, what was done and why this result was chosen: the server's words, in order. */
import type { JobResult } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { Findings } from "./Findings.tsx";

interface Props {
  result: JobResult;
  /** What is wrong with a photo is not what something new was made for. */
  findings?: boolean;
}

export function Details({ result, findings = true }: Props) {
  return (
    <>
      {findings && <Findings diagnosis={result.diagnosis} />}
      {(findings || result.steps.length > 0) && (
        <section aria-labelledby="done" className={findings ? "mt-5" : "mt-7"}>
          <h2 id="done" className="text-sm font-semibold">
            {m.result.done}
          </h2>
          {result.steps.length === 0 ? (
            <p className="mt-2 text-soft">{m.result.nothingDone}</p>
          ) : (
            <ul className="mt-3 grid gap-2.5">
              {result.steps.map((step) => (
                <li key={step.name} className="flex gap-3">
                  <Icon name="check" className="mt-0.5 size-5 text-good" />
                  <p>
                    <span className="font-medium">{step.title}</span>
                    {step.detail && <span className="block text-[0.9375rem] text-soft">{step.detail}</span>}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {result.reason && (
        <section aria-labelledby="why" className="mt-6">
          <h2 id="why" className="text-sm font-semibold">
            {m.result.why}
          </h2>
          <p className="mt-2 text-[0.9375rem] text-soft">{result.reason}</p>
        </section>
      )}
    </>
  );
}
