/** How much larger the result becomes: only what makes a difference on the plan is offered, with the size that comes out. */
import type { Enlarge } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Choice } from "../../ui/Choice.tsx";
import { useUser } from "../account/me.ts";
import { PlansLink, useMore } from "../download/Allowed.tsx";
import { allowedSize, enlargesFor, isReduced, type Size } from "../download/allowed.ts";

interface Props {
  /** Of the result without enlarging it; null when it is not known before. */
  size: Size | null;
  value: Enlarge;
  onChange: (value: Enlarge) => void;
}

const times = ({ width, height }: Size, factor: Enlarge): Size => ({ width: width * factor, height: height * factor });

export function EnlargeChoice({ size, value, onChange }: Props) {
  const user = useUser();
  const side = user?.plan.short_side ?? null;
  const more = useMore(side, side !== null);
  const who = user?.role === "guest" ? "guest" : "user";
  const offered = enlargesFor(size, side);
  const link = more.larger && <PlansLink>{m.allowed.larger}</PlansLink>;
  if (size && offered.length === 1) {
    const { width, height } = allowedSize(size, side);
    return (
      <div>
        <p className="mb-1 text-sm font-semibold">{m.options.enlarge}</p>
        <p className="text-sm text-soft">
          {m.allowed.full[who](width, height)} {link}
        </p>
      </div>
    );
  }
  const hint = (factor: Enlarge): string | undefined => {
    if (size === null || side === null || !isReduced(times(size, factor), side)) return undefined;
    const { width, height } = allowedSize(times(size, factor), side);
    return m.allowed.size[who](width, height);
  };
  return (
    <div>
      <Choice
        legend={m.options.enlarge}
        options={offered.map((factor) => ({ value: factor, name: m.options.enlarges[factor], hint: hint(factor) }))}
        value={value}
        onChange={onChange}
      />
      {side !== null && offered.length < 3 && <p className="mt-1">{link}</p>}
    </div>
  );
}
