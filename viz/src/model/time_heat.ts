// Shares of capacity over time as a matrix for a canvas: a row a track, a column a pixel.

import type { Series } from "../schema";

export interface HeatRow {
  track: number; // into Series.tracks
  mean: number;
  most: number;
}

/** Rows in the order of the recording: tiers and planes, then single links. */
export function heatRows(series: Series): HeatRow[] {
  return series.tracks.map((track, i) => {
    let sum = 0;
    let most = 0;
    for (const u of track.used) {
      sum += u;
      if (u > most) most = u;
    }
    return { track: i, mean: track.used.length > 0 ? sum / track.used.length : 0, most };
  });
}

/** Means of `used` over `columns` equal parts of [first, last) in bins; first and last may be fractions. */
export function resample(used: readonly number[], first: number, last: number, columns: number): Float64Array {
  const out = new Float64Array(columns);
  const width = (last - first) / columns;
  for (let c = 0; c < columns; c++) {
    const from = first + c * width;
    const to = from + width;
    let sum = 0;
    for (let b = Math.floor(from); b < to; b++) {
      const share = Math.min(to, b + 1) - Math.max(from, b);
      if (share > 0) sum += share * (used[b] ?? 0);
    }
    out[c] = width > 0 ? sum / width : 0;
  }
  return out;
}

/** The part of time that is shown, in picoseconds. */
export interface Span {
  begin: number;
  end: number;
}

/** Zooms by `factor` (below 1: nearer) around `at`, within [0, whole] and no nearer than `least`. */
export function zoom(span: Span, at: number, factor: number, whole: number, least: number): Span {
  const width = Math.min(whole, Math.max(least, (span.end - span.begin) * factor));
  const share = (at - span.begin) / (span.end - span.begin);
  const begin = Math.min(Math.max(0, at - share * width), whole - width);
  return { begin, end: begin + width };
}

export function shift(span: Span, by: number, whole: number): Span {
  const width = span.end - span.begin;
  const begin = Math.min(Math.max(0, span.begin + by), whole - width);
  return { begin, end: begin + width };
}

/** Round times for an axis: at most `most` of 1, 2 or 5 times a power of ten. */
export function ticks(span: Span, most: number): number[] {
  const width = span.end - span.begin;
  if (!(width > 0) || most < 1) return [];
  const raw = width / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? 10 * power;
  const out: number[] = [];
  for (let n = Math.ceil(span.begin / step); n * step <= span.end; n++) out.push(n * step);
  return out;
}
