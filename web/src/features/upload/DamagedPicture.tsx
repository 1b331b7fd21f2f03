/** A drawn print, damaged on the left and clear on the right: the promise without words. */
import { m } from "../../messages/index.ts";

function Scene({ sky, far, near, field, sun }: Record<"sky" | "far" | "near" | "field" | "sun", string>) {
  return (
    <>
      <path fill={sky} d="M0 0h320v220H0z" />
      <circle cx="214" cy="72" r="24" fill={sun} />
      <path fill={far} d="M0 132c40-44 74-58 108-30s58 12 92-18 80-8 120 34v102H0z" />
      <path fill={near} d="M0 160c52-30 104-26 156-4s110 6 164-24v88H0z" />
      <path fill={field} d="M0 190c70-20 150-14 200-4s90 2 120-8v42H0z" />
      <path fill={near} d="M92 128h28v34H92z" />
      <path fill={field} d="m86 130 20-20 20 20z" />
    </>
  );
}

const scratches =
  "M22 -4c6 60-10 90 4 140s-6 60 2 90M74 -4c-8 40 8 70 2 110M118 20c6 30-4 60 4 90s-2 50 2 80M44 168c30-8 60 4 96-6M8 56c30 6 50-4 84 4M140 4c-4 24 6 50 0 76";

export function DamagedPicture({ className = "" }: { className?: string }) {
  return (
    <svg role="img" aria-label={m.upload.pictureLabel} viewBox="-6 -10 372 288" className={className}>
      <defs>
        <clipPath id="left-half">
          <path d="M0 0h160v220H0z" />
        </clipPath>
        <clipPath id="right-half">
          <path d="M160 0h160v220H160z" />
        </clipPath>
      </defs>
      <g transform="rotate(-2 180 134)">
        <rect x="6" y="8" width="348" height="252" rx="4" fill="#000" opacity="0.14" />
        <rect x="4" y="4" width="348" height="252" rx="3" fill="#fbfaf6" />
        <g transform="translate(18 18)">
          <g clipPath="url(#left-half)">
            <Scene sky="#d8cfb8" far="#c3b798" near="#ab9d7d" field="#9a8d70" sun="#e9e0c8" />
            <path d={scratches} fill="none" stroke="#f6f0df" strokeWidth="1.6" />
            <path fill="#f6f0df" d="M0 0h26c-6 8-14 10-18 20S2 34 0 36zM0 186c8 4 10 14 18 18s8 12 12 16H0z" />
            <g fill="#efe7d2">
              <circle cx="52" cy="88" r="2.5" />
              <circle cx="98" cy="46" r="1.8" />
              <circle cx="34" cy="140" r="2" />
              <circle cx="130" cy="150" r="2.6" />
              <circle cx="146" cy="104" r="1.6" />
              <circle cx="66" cy="30" r="1.6" />
            </g>
          </g>
          <g clipPath="url(#right-half)">
            <Scene sky="#9cc7e4" far="#6f98ad" near="#4d7d54" field="#8fae52" sun="#fff1c4" />
          </g>
          <path d="M160 -8v236" stroke="#fff" strokeWidth="2.5" />
          <circle cx="160" cy="110" r="13" fill="#fff" />
          <path
            d="m156 105-5 5 5 5M164 105l5 5-5 5"
            fill="none"
            stroke="#333"
            strokeWidth="2"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </g>
      </g>
    </svg>
  );
}
