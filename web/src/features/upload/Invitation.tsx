/** What one sees before the first photo: what this does, and the one thing to do. */
import { type Mode, mode } from "../../api/mode.ts";
import { automatic } from "../../api/wish.ts";
import { Heading } from "../../app/Heading.tsx";
import { m } from "../../messages/index.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { useMe } from "../account/me.ts";
import { useCost } from "../credits/cost.ts";
import { useCapabilities } from "../gallery/usePhotos.ts";
import { KeepAdded } from "../providers/KeepHere.tsx";
import { useSenders } from "../providers/useOffers.ts";
import { DamagedPicture } from "./DamagedPicture.tsx";
import { FilePicker } from "./FilePicker.tsx";
import { formatNames } from "./formats.ts";
import { useNotice } from "./notice.ts";

const promises = (mode: Mode, guests: boolean, sends: boolean): readonly { icon: IconName; text: string }[] => [
  ...(sends && mode === "home" ? [] : [{ icon: "lock", text: m.upload.promise.private[mode] } as const]),
  { icon: "shield", text: m.upload.promise.original },
  { icon: "check", text: m.upload.promise.free[mode === "accounts" && guests ? "guests" : mode] },
];

export function Invitation() {
  const { data } = useCapabilities();
  const me = useMe().data;
  const cost = useCost(automatic.operation);
  const said = useNotice();
  const senders = useSenders();
  return (
    <div className="m-auto grid w-full max-w-6xl items-center gap-x-16 gap-y-8 py-8 lg:grid-cols-[1fr_minmax(0,34rem)] lg:py-12">
      <div className="max-lg:text-center">
        <Heading className="text-4xl leading-[1.1] font-semibold tracking-tight sm:text-5xl xl:text-6xl">
          {m.upload.headline}
        </Heading>
        <p className="mt-5 max-w-[34rem] text-lg text-soft max-lg:mx-auto sm:text-xl">{m.upload.lead}</p>
        <ul className="mt-8 grid gap-3 max-lg:hidden">
          {promises(mode.now(), me?.guests === true && (me.user === null || me.user.role === "guest"), senders.length > 0).map((one) => (
            <li key={one.text} className="flex items-center gap-3">
              <Icon name={one.icon} className="size-5 text-ember" />
              {one.text}
            </li>
          ))}
        </ul>
      </div>
      <div className="rounded-3xl border-2 border-dashed border-edge bg-surface p-6 text-center sm:p-10">
        <DamagedPicture className="mx-auto w-full max-w-[19rem]" />
        <p className="mt-6 text-xl font-semibold tracking-tight max-lg:hidden">{m.upload.dropHere}</p>
        <div className="mt-5 flex flex-wrap justify-center gap-3 max-sm:flex-col">
          <FilePicker look="strong" icon="photo" className="min-h-12 px-6">
            {m.upload.choose}
          </FilePicker>
          <FilePicker icon="camera" camera className="min-h-12 px-6 pointer-fine:hidden">
            {m.upload.camera}
          </FilePicker>
        </div>
        {cost && <p className="mt-4 text-[0.9375rem] text-balance text-soft">{m.spending.each(cost.words)}</p>}
        <p className="mt-5 text-sm text-soft pointer-coarse:hidden">{m.upload.paste}</p>
        {data && (
          <p className="mt-1 text-sm text-balance text-soft pointer-coarse:mt-4">
            {m.upload.formats(formatNames(data.formats), Math.round(data.max_bytes / 1e6))}
          </p>
        )}
        <KeepAdded className="mt-5" />
        {said && (
          <p role="status" className="mt-4 font-medium">
            {said}
          </p>
        )}
      </div>
      <p className="flex items-center justify-center gap-2 text-soft lg:hidden">
        <Icon name={senders.length > 0 && mode.now() === "home" ? "send" : "lock"} className="size-4" />
        {senders.length > 0 && mode.now() === "home" ? m.who.mayLeave : m.app.private[mode.now()]}
      </p>
    </div>
  );
}
