// What stands on the canvas of lanes and over it.
import { shown } from "../format/names";
import { percent, timeShort } from "../format/numbers";
import { cut } from "../model/stuck_heat";
import { ticks, type Span } from "../model/time_heat";
import { busy, drawRow, type LaneRow } from "../model/time_lanes";
import { Lanes_Kind, type Lanes, type Lanes_Lane } from "../schema";
import { palette } from "../state/theme";
import { timeText } from "./time.strings";

export const rowHeight = 16;
export const top = 22; // of the first row, below the axis
const laneGap = 3;
const actorGap = 9;

export interface Places {
  ys: number[]; // by row, below the axis
  height: number;
}

export function placeRows(lanes: Lanes, rows: readonly LaneRow[]): Places {
  let y = 0;
  const ys = rows.map((row, i) => {
    const before = rows[i - 1];
    if (before && before.lane !== row.lane)
      y += lanes.lanes[before.lane]!.actor === lanes.lanes[row.lane]!.actor ? laneGap : actorGap;
    const at = y;
    y += rowHeight;
    return at;
  });
  return { ys, height: y + 2 };
}

export function paint(
  canvas: HTMLCanvasElement,
  lanes: Lanes,
  rows: readonly LaneRow[],
  places: Places,
  colours: readonly string[],
  span: Span,
  plot: number,
): void {
  const ratio = Math.max(1, devicePixelRatio || 1);
  canvas.width = Math.round(plot * ratio);
  canvas.height = Math.round(places.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  context.fillStyle = palette.value.colours.grid;
  for (const y of places.ys) context.fillRect(0, y, plot, rowHeight);
  rows.forEach((row, r) => {
    drawRow(lanes.lanes[row.lane]!, row, span, plot, (what, x, w) => {
      context.fillStyle = colours[what] ?? palette.value.colours.ink;
      // A hair between neighbours, where they are wide enough to bear it.
      const inset = lanes.whats[what]?.kind === Lanes_Kind.receive ? 6 : 0; // waiting: a thin bar
      context.fillRect(x, places.ys[r]! + inset, w > 3 ? w - 0.75 : w, rowHeight - 2 * inset);
    });
  });
}

export function Axis({ span, left, plot, height }: { span: Span; left: number; plot: number; height: number }) {
  const { muted, rule } = palette.value.colours;
  return (
    <g font-size="11" fill={muted} text-anchor="middle">
      {ticks(span, Math.max(2, Math.floor(plot / 110))).map((at) => {
        const x = left + ((at - span.begin) / (span.end - span.begin)) * plot;
        return (
          <g key={at}>
            <path d={`M${x} ${top - 5}v${height + 5}`} stroke={rule} stroke-opacity="0.6" fill="none" />
            <text x={Math.min(left + plot - 16, Math.max(left + 12, x))} y={12}>
              {timeShort(at)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

export function Names({ lanes, rows, places, whole, left }: { lanes: Lanes; rows: readonly LaneRow[]; places: Places; whole: number; left: number }) {
  const { ink, muted } = palette.value.colours;
  const letters = Math.floor((left - 8) / 6.2);
  return (
    <g font-size="11">
      {rows.map((row, r) => {
        if (row.depth > 0) return null;
        const lane = lanes.lanes[row.lane]!;
        const first = r === 0 || lanes.lanes[rows[r - 1]!.lane]!.actor !== lane.actor;
        const share = timeText().busy(percent(busy(lane) / whole, 2));
        const name = first ? `${shown(lane.actor, 60)} ${shown(lane.stream, 40)}` : shown(lane.stream, 40);
        return (
          <text x={left - 6} y={top + places.ys[r]! + 12} text-anchor="end" fill={first ? ink : muted}>
            {cut(name, letters)}
            <title>{`${name}, ${share}`}</title>
          </text>
        );
      })}
    </g>
  );
}

export function Frame({ lane, cursor, y, span, left, plot }: { lane: Lanes_Lane; cursor: { interval: number }; y: number; span: Span; left: number; plot: number }) {
  const scale = plot / (span.end - span.begin);
  const begin = lane.beginPs[cursor.interval]!;
  const x0 = Math.max(0, (begin - span.begin) * scale);
  const x1 = Math.min(plot, (begin + lane.durationPs[cursor.interval]! - span.begin) * scale);
  if (x1 < 0 || x0 > plot) return null;
  return <rect x={left + x0} y={top + y} width={Math.max(2, x1 - x0)} height={rowHeight} fill="none" stroke={palette.value.colours.ink} stroke-width="2" />;
}
