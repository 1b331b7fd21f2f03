/** The styles as small pictures: filters of the browser give a taste of each on one's own photo. */
import { useId } from "react";
import { stableUrl } from "../../api/stableUrl.ts";
import type { Photo, Style } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { position } from "../gallery/arrange.ts";

const styles: readonly Style[] = ["storybook", "action", "pixels", "oil", "cartoon"];

/** Colours in few steps: `levels` are the values that remain, from dark to light. */
function Steps({ levels }: { levels: string }) {
  return (
    <feComponentTransfer>
      <feFuncR type="discrete" tableValues={levels} />
      <feFuncG type="discrete" tableValues={levels} />
      <feFuncB type="discrete" tableValues={levels} />
    </feComponentTransfer>
  );
}

/** Dark lines where the brightness changes, over what came before. */
function Lines({ of }: { of: string }) {
  return (
    <>
      <feConvolveMatrix in={of} order="3" kernelMatrix="0 -1 0 -1 4 -1 0 -1 0" preserveAlpha="true" />
      <feColorMatrix type="matrix" values="-0.7 -0.7 -0.7 0 1.1  -0.7 -0.7 -0.7 0 1.1  -0.7 -0.7 -0.7 0 1.1  0 0 0 0 1" result="lines" />
      <feBlend in="lines" in2={of} mode="multiply" />
    </>
  );
}

function Filters({ id }: { id: (style: Style) => string }) {
  return (
    <svg aria-hidden="true" className="absolute size-0">
      <filter id={id("storybook")} colorInterpolationFilters="sRGB">
        <feMorphology operator="dilate" radius="1" />
        <feGaussianBlur stdDeviation="0.7" />
        <feColorMatrix type="saturate" values="1.5" />
        <feColorMatrix type="matrix" values="1 0 0 0 0.08  0 1 0 0 0.07  0 0 0.94 0 0.07  0 0 0 1 0" />
      </filter>
      <filter id={id("action")} colorInterpolationFilters="sRGB">
        <feGaussianBlur stdDeviation="0.8" />
        <feColorMatrix type="saturate" values="1.6" />
        <Steps levels="0.05 0.3 0.55 0.8 1" />
        <feGaussianBlur stdDeviation="0.4" result="flat" />
        <Lines of="flat" />
      </filter>
      <filter id={id("pixels")} x="0" y="0" width="1" height="1" colorInterpolationFilters="sRGB">
        <feFlood x="2" y="2" width="1" height="1" />
        <feComposite width="5" height="5" />
        <feTile result="grid" />
        <feComposite in="SourceGraphic" in2="grid" operator="in" />
        <feMorphology operator="dilate" radius="2" />
        <Steps levels="0.05 0.25 0.45 0.65 0.85 1" />
      </filter>
      <filter id={id("oil")} colorInterpolationFilters="sRGB">
        <feTurbulence type="fractalNoise" baseFrequency="0.09" numOctaves="2" seed="3" result="strokes" />
        <feMorphology in="SourceGraphic" operator="dilate" radius="1.4" result="thick" />
        <feDisplacementMap in="thick" in2="strokes" scale="9" xChannelSelector="R" yChannelSelector="G" />
        <feColorMatrix type="saturate" values="1.35" />
      </filter>
      <filter id={id("cartoon")} colorInterpolationFilters="sRGB">
        <feGaussianBlur stdDeviation="0.9" />
        <feColorMatrix type="saturate" values="1.7" />
        <Steps levels="0.08 0.4 0.62 0.82 0.97" />
      </filter>
    </svg>
  );
}

interface Props {
  photo: Photo;
  value: Style | null;
  onChange: (style: Style) => void;
}

export function StyleChoice({ photo, value, onChange }: Props) {
  const name = useId();
  const id = (style: Style): string => `${name}-${style}`;
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{m.making.style}</legend>
      <Filters id={id} />
      <div className="grid grid-cols-[repeat(auto-fill,minmax(5.25rem,1fr))] gap-2">
        {styles.map((style) => (
          <label
            key={style}
            className="relative rounded-xl border border-line p-1.5 text-center has-checked:border-ink has-checked:bg-sunken has-checked:ring-1 has-checked:ring-ink has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-ember"
          >
            <input type="radio" name={name} className="absolute inset-0 z-10 size-full cursor-pointer appearance-none opacity-0" checked={style === value} onChange={() => onChange(style)} />
            <span className="block aspect-square overflow-hidden rounded-lg bg-mat">
              <img
                src={stableUrl(photo.thumbnail_url)}
                alt=""
                className="size-full object-cover"
                style={{ filter: `url(#${CSS.escape(id(style))})`, objectPosition: position(photo.focus, photo.width / photo.height) }}
              />
            </span>
            <span className="mt-1 block text-sm font-medium">{m.making.styles[style]}</span>
          </label>
        ))}
      </div>
      <p className="mt-2 text-sm text-soft">{m.making.taste}</p>
    </fieldset>
  );
}
