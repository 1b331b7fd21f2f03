/** The colour of the next dab, or of the one that is chosen: known colours, any other, or one from the picture. */
import { useRef } from "react";
import { m } from "../../messages/index.ts";
import { IconButton } from "../../ui/Button.tsx";
import { palette } from "./palette.ts";

interface Props {
  color: string;
  /** `going`: one passes over many colours, and all of them are one step to take back. */
  onColor: (color: string, going: boolean) => void;
  picking: boolean;
  onPick: (picking: boolean) => void;
}

export function Palette({ color, onColor, picking, onPick }: Props) {
  const going = useRef(false);
  const known = palette.some((swatch) => swatch.color === color);
  return (
    <div className="flex items-center gap-2">
      <div className="flex shrink-0 items-center">
        <label
          title={m.colour.any}
          className="relative grid size-11 place-items-center rounded-lg has-focus-visible:outline-3 has-focus-visible:outline-ember"
        >
          <span
            style={{ backgroundColor: color }}
            className={`size-9 rounded-lg border border-edge ${known ? "" : "ring-2 ring-ink ring-offset-2 ring-offset-page"}`}
          />
          <input
            type="color"
            aria-label={m.colour.any}
            value={color}
            onFocus={() => (going.current = false)}
            onChange={(event) => {
              onColor(event.target.value, going.current);
              going.current = true;
            }}
            className="absolute inset-0 size-full cursor-pointer opacity-0"
          />
        </label>
        <IconButton
          icon="pipette"
          label={m.colour.pick}
          aria-pressed={picking}
          onClick={() => onPick(!picking)}
          className="aria-pressed:bg-strong aria-pressed:text-on-strong"
        />
      </div>
      <fieldset className="flex min-w-0 flex-1 gap-1 overflow-x-auto p-1 lg:flex-wrap lg:gap-0.5">
        <legend className="sr-only">{m.colour.palette}</legend>
        {palette.map((swatch) => (
          <label
            key={swatch.color}
            title={swatch.name}
            className="relative grid size-11 shrink-0 place-items-center rounded-lg has-focus-visible:outline-3 has-focus-visible:outline-ember lg:size-7.5"
          >
            <input
              type="radio"
              name="palette"
              aria-label={swatch.name}
              checked={swatch.color === color}
              onChange={() => onColor(swatch.color, false)}
              className="peer absolute inset-0 size-full cursor-pointer opacity-0"
            />
            <span
              style={{ backgroundColor: swatch.color }}
              className="pointer-events-none size-9 rounded-lg border border-edge peer-checked:ring-2 peer-checked:ring-ink peer-checked:ring-offset-2 peer-checked:ring-offset-page lg:size-6.5 lg:rounded-md"
            />
          </label>
        ))}
      </fieldset>
    </div>
  );
}
