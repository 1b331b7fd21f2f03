/** The two pictures: one over the other with a divider, or beside each other, always at the same spot. */
import { m } from "../../messages/index.ts";
import { Divider } from "./Divider.tsx";
import { Layer, Marks, Tag } from "./Layer.tsx";
import type { Mode } from "./Toolbar.tsx";
import { type Box, type Size, visible } from "./view.ts";

interface Props {
  alone: boolean;
  name: string;
  before: string;
  after: string;
  mask: string | null;
  mode: Mode;
  held: boolean;
  pane: Size;
  box: Box;
  stacked: boolean;
  share: number;
  onShare: (share: number) => void;
  onDrag: (clientX: number) => void;
  onShown: () => void;
}

/** Two equal panes beside each other, or one above the other where the screen is upright. */
function Beside({ name, before, after, mask, pane, box, stacked }: Props) {
  const size = { width: pane.width, height: pane.height };
  const second = stacked ? { ...size, top: pane.height } : { ...size, left: pane.width };
  return (
    <>
      <div className="absolute top-0 left-0 overflow-hidden" style={size}>
        <Layer src={before} alt={m.compare.beforeAlt(name)} box={box} />
        {mask && <Marks mask={mask} box={box} />}
        <Tag side="left" pane={pane} box={box}>{m.compare.before}</Tag>
      </div>
      <div
        className={`absolute overflow-hidden border-page ${stacked ? "left-0 border-t-2" : "top-0 border-l-2"}`}
        style={second}
      >
        <Layer src={after} alt={m.compare.afterAlt(name)} box={box} />
        {mask && <Marks mask={mask} box={box} />}
        <Tag side="left" pane={pane} box={box}>{m.compare.after}</Tag>
      </div>
    </>
  );
}

export function Panes(props: Props) {
  const { alone, name, before, after, mask, mode, held, pane, box, share, onShare, onDrag, onShown } = props;
  if (mode === "side" && !held) return <Beside {...props} />;
  if (alone) return <Layer src={after} alt={m.making.resultAlt(name)} box={box} onShown={onShown} />;
  const { from, to } = visible(pane, box);
  const x = from + (to - from) * share;
  const divided = mode === "slider" && !held;
  const beforeSeen = held ? pane.width : divided ? x : 0;
  return (
    <>
      <Layer src={after} alt={m.compare.afterAlt(name)} box={box} onShown={onShown} />
      <div className="absolute inset-0" style={{ clipPath: `inset(0 ${Math.max(0, pane.width - beforeSeen)}px 0 0)` }}>
        <Layer src={before} alt={m.compare.beforeAlt(name)} box={box} />
      </div>
      {mask && <Marks mask={mask} box={box} />}
      {(held || (divided && share > 0.12)) && <Tag side="left" pane={pane} box={box}>{m.compare.before}</Tag>}
      {!held && (mode === "single" || share < 0.88) && <Tag side="right" pane={pane} box={box}>{m.compare.after}</Tag>}
      {divided && <Divider x={x} top={Math.max(0, box.top)} bottom={Math.max(0, pane.height - box.top - box.height)} share={share} onShare={onShare} onDrag={onDrag} />}
    </>
  );
}
