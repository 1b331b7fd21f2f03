/** The invitation in small, above a gallery. */
import { automatic } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { useCost } from "../credits/cost.ts";
import { KeepAdded } from "../providers/KeepHere.tsx";
import { FilePicker } from "./FilePicker.tsx";
import { useNotice } from "./notice.ts";

export function DropStrip() {
  const cost = useCost(automatic.operation);
  const said = useNotice();
  return (
    <div className="mb-6 flex flex-wrap items-center justify-center gap-x-4 gap-y-3 rounded-2xl border-2 border-dashed border-edge px-4 py-5">
      <p className="text-soft pointer-coarse:hidden">{m.upload.dropMore}</p>
      <div className="flex gap-3 max-sm:w-full max-sm:[&>button]:flex-1 max-sm:[&>button]:px-1 max-sm:[&>button]:text-sm">
        <FilePicker icon="photo">{m.upload.choose}</FilePicker>
        <FilePicker icon="camera" camera className="pointer-fine:hidden">
          {m.upload.camera}
        </FilePicker>
      </div>
      {cost && <p className="w-full text-center text-sm text-balance text-soft">{m.spending.each(cost.words)}</p>}
      <KeepAdded className="w-full text-center" />
      {said && (
        <p role="status" className="w-full text-center text-sm font-medium">
          {said}
        </p>
      )}
    </div>
  );
}
