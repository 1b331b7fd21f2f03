/** The layout of all pages about one photo: the picture large on a neutral ground, what there is to say beside it. */
import type { CSSProperties, ReactNode } from "react";

interface Props {
  picture: ReactNode;
  /** What belongs to the picture, below it. */
  tools?: ReactNode;
  panel: ReactNode;
  /** Stays in reach at the bottom of a phone. */
  bar?: ReactNode;
  /** Width by height of the picture: on a phone the ground is no taller than the picture needs. */
  aspect?: number;
  /** For work on the picture: more room for it on a phone. */
  tall?: boolean;
}

export function Stage({ picture, tools, panel, bar, aspect = 1, tall = false }: Props) {
  const height = tall
    ? "h-[clamp(46dvh,calc(100vw/var(--aspect)),56dvh)]"
    : "h-[clamp(15rem,calc(100vw/var(--aspect)),56dvh)]";
  return (
    <div className="flex flex-1 flex-col lg:grid lg:h-[calc(100dvh-3.5rem)] lg:flex-none lg:grid-cols-[minmax(0,1fr)_25rem]">
      <div className="flex min-h-0 flex-col">
        <div
          style={{ "--aspect": aspect } as CSSProperties}
          className={`relative ${height} overflow-hidden bg-mat lg:h-auto lg:flex-1`}
        >
          {picture}
        </div>
        {tools && <div className="border-b border-line bg-page px-3 py-2 lg:border-t lg:border-b-0">{tools}</div>}
      </div>
      <div className="flex min-h-0 flex-1 flex-col bg-page lg:border-l lg:border-line">
        {/* Relative: what is only for screen readers must not make the whole page longer. */}
        <div className="relative flex-1 px-5 py-6 sm:px-8 lg:overflow-y-auto lg:px-7">{panel}</div>
        {bar && (
          <div className="sticky bottom-0 z-10 border-t border-line bg-page px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-8 lg:static lg:px-7 lg:py-4">
            {bar}
          </div>
        )}
      </div>
    </div>
  );
}
