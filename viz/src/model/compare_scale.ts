// Axes of a scatter: linear from nothing, or decades.
import { ticks } from "../chart/ticks";

export interface Axis {
  log: boolean;
  least: number;
  most: number;
}

/** Holds all values with a little room; a logarithmic one needs positive values and is linear without. */
export function axisOf(values: readonly number[], log: boolean): Axis {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (log && least > 0) {
    const room = Math.max(1.08, (most / least) ** 0.06);
    return { log: true, least: least / room, most: most * room };
  }
  if (least < 0) return { log: false, least: least * 1.06, most: Math.max(0, most * 1.06) };
  return { log: false, least: 0, most: most > 0 ? most * 1.06 : 1 };
}

/** Where a value stands, 0 to 1. */
export function along(axis: Axis, value: number): number {
  return axis.log
    ? Math.log(value / axis.least) / Math.log(axis.most / axis.least)
    : (value - axis.least) / (axis.most - axis.least);
}

/** Round values for an axis, about `most` of them; of bytes on a logarithmic one powers of two. */
export function marks(axis: Axis, most: number, bytes = false): number[] {
  if (axis.log && bytes) {
    const powers = ticks("binary", axis.least, axis.most, most);
    if (powers.length > 1) return powers;
  }
  if (!axis.log) {
    const raw = (axis.most - axis.least) / Math.max(1, most);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999)!;
    const out: number[] = [];
    for (let n = Math.ceil(axis.least / step); n * step <= axis.most; n++) out.push(n * step);
    return out;
  }
  // Within less than a decade there may be no round value at all: then the middle.
  const middle = Number(Math.sqrt(axis.least * axis.most).toPrecision(4));
  for (const steps of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]]) {
    const out: number[] = [];
    for (let e = Math.floor(Math.log10(axis.least)); e <= Math.ceil(Math.log10(axis.most)); e++)
      for (const s of steps) {
        const value = s * 10 ** e;
        if (value >= axis.least && value <= axis.most) out.push(value);
      }
    if (out.length <= most || steps.length === 1) return out.length > 0 ? out : [middle];
  }
  return [middle];
}
