/** The stroke that is being made: on the board at once, told when it is finished. */
import type { Point } from "../../api/types.ts";
import type { Board } from "./board.ts";
import { type Mode, type Stroke, worthKeeping } from "./strokes.ts";

export interface Brush {
  mode: Mode;
  radius: number;
}

interface Live extends Stroke {
  points: Point[];
}

export class Painter {
  private live: Live | null = null;
  private readonly board: Board;
  private readonly aspect: number;
  private readonly brush: () => Brush;
  private readonly finished: (stroke: Stroke) => void;

  /** `brush` is asked at the beginning of each stroke. */
  constructor(board: Board, aspect: number, brush: () => Brush, finished: (stroke: Stroke) => void) {
    this.board = board;
    this.aspect = aspect;
    this.brush = brush;
    this.finished = finished;
  }

  begin(at: Point, mode: Mode = this.brush().mode): void {
    this.live = { mode, radius: this.brush().radius, points: [at] };
    this.board.draw(this.live, 0);
  }

  go(points: readonly Point[]): void {
    const stroke = this.live;
    if (!stroke) return;
    const kept = worthKeeping(stroke.points.at(-1), points, stroke.radius, this.aspect);
    if (kept.length === 0) return;
    const from = stroke.points.length;
    stroke.points.push(...kept);
    this.board.draw(stroke, from);
  }

  end(): void {
    const stroke = this.live;
    this.live = null;
    if (stroke) this.finished(stroke);
  }

  /** It was no stroke: what it painted goes. */
  drop(): void {
    this.live = null;
    this.board.drop();
  }
}
