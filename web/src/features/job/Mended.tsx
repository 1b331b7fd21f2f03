/** What was filled in, in words, and the brush for what was missed. */
import type { JobResult } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";

export function Mended({ result, onEdit }: { result: JobResult; onEdit: () => void }) {
  const { mask } = result;
  return (
    <section aria-labelledby="mended" className="mt-6">
      <h2 id="mended" className="text-sm font-semibold">
        {m.mended.title}
      </h2>
      {mask && <p className="mt-2 text-[0.9375rem]">{m.mended[mask.source](mask.share)}</p>}
      <p className="mt-1 text-[0.9375rem] text-soft">{mask ? m.mended.remain : m.mended.missed}</p>
      <Button icon="brush" className="mt-3" onClick={onEdit}>
        {mask ? m.mended.edit : m.mended.mark}
      </Button>
    </section>
  );
}
