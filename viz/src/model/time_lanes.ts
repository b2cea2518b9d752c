// Lanes of compute and communication: which intervals stand in which row, and what a pixel shows.

import { Lanes_Kind, type Lanes, type Lanes_Lane } from "../schema";
import type { Span } from "./time_heat";

export interface LaneRow {
  lane: number; // into Lanes.lanes
  depth: number; // rows of its lane above: intervals of one lane that overlap stand below each other
  /** Indices into the lane's intervals, ascending in begin, none overlapping. */
  intervals: number[];
}

/** More rows than this for one lane share the last. */
const DEPTH_LIMIT = 4;

/** Rows of one lane: each interval goes into the first row that is free; the last of `most` takes what finds none. */
export function rowsOfLane(lane: Lanes_Lane, index: number, most = DEPTH_LIMIT): LaneRow[] {
  const rows: LaneRow[] = [];
  const free: number[] = [];
  lane.beginPs.forEach((begin, i) => {
    let depth = free.findIndex((end) => end <= begin);
    if (depth < 0) depth = Math.min(free.length, most - 1);
    if (depth === rows.length) rows.push({ lane: index, depth, intervals: [] });
    rows[depth]!.intervals.push(i);
    free[depth] = Math.max(free[depth] ?? 0, begin + (lane.durationPs[i] ?? 0));
  });
  return rows.length > 0 ? rows : [{ lane: index, depth: 0, intervals: [] }];
}

/** Actors in the order of the recording. */
export function actorsOf(lanes: Lanes): string[] {
  return [...new Set(lanes.lanes.map((l) => l.actor))];
}

/** Rows of the chosen actors. Receives wait for their message from when they are posted, many at a time: one row. */
export function laneRows(lanes: Lanes, chosen: ReadonlySet<string>): LaneRow[] {
  const receives = (lane: Lanes_Lane): boolean => lane.what.every((w) => lanes.whats[w]?.kind === Lanes_Kind.receive);
  return lanes.lanes.flatMap((lane, i) => (chosen.has(lane.actor) ? rowsOfLane(lane, i, receives(lane) ? 1 : DEPTH_LIMIT) : []));
}

export function isIn(lane: Lanes_Lane, interval: number, span: Span): boolean {
  const begin = lane.beginPs[interval]!;
  return begin < span.end && (begin >= span.begin || begin + lane.durationPs[interval]! > span.begin);
}

/** Whether no interval of the rows is in the span. */
export function isEmpty(lanes: Lanes, rows: readonly LaneRow[], span: Span): boolean {
  return !rows.some((row) => row.intervals.some((i) => isIn(lanes.lanes[row.lane]!, i, span)));
}

/** The interval of a row that is running at a time, or -1. */
export function intervalAt(lane: Lanes_Lane, row: LaneRow, at: number): number {
  let low = 0;
  let high = row.intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.beginPs[row.intervals[middle]!]! <= at) low = middle + 1;
    else high = middle;
  }
  const found = row.intervals[low - 1];
  if (found === undefined) return -1;
  return at < lane.beginPs[found]! + lane.durationPs[found]! ? found : -1;
}

/** Calls `draw` for what of a row is in the span, as pixels; intervals closer than a pixel are one where they are alike. */
export function drawRow(
  lane: Lanes_Lane,
  row: LaneRow,
  span: Span,
  width: number,
  draw: (what: number, x: number, w: number) => void,
): void {
  const scale = width / (span.end - span.begin);
  let what = -1;
  let from = 0;
  let to = -1;
  for (const i of row.intervals) {
    const begin = lane.beginPs[i]!;
    if (begin > span.end) break;
    const end = begin + lane.durationPs[i]!;
    if (end < span.begin) continue;
    const x = Math.max(0, (begin - span.begin) * scale);
    const last = Math.min(width, Math.max(x + 0.5, (end - span.begin) * scale));
    if (what === lane.what[i] && x - to < 0.5) {
      to = Math.max(to, last);
      continue;
    }
    if (what >= 0) draw(what, from, to - from);
    what = lane.what[i]!;
    from = x;
    to = last;
  }
  if (what >= 0) draw(what, from, to - from);
}

/** Time in which some interval of the lane runs. */
export function busy(lane: Lanes_Lane): number {
  let sum = 0;
  let end = -Infinity;
  lane.beginPs.forEach((begin, i) => {
    const last = begin + lane.durationPs[i]!;
    if (last <= end) return;
    sum += last - Math.max(begin, end);
    end = last;
  });
  return sum;
}
