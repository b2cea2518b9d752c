import type { AxisKind } from "./ticks";

// Lines over a common x, as data; curve_plot.tsx draws them on the page, curve_svg.ts into a file.
export interface Axis {
  kind: AxisKind;
  label: string;
  short(value: number): string; // at a mark
  long(value: number): string; // in a tip
}

export interface CurvePoint {
  x: number;
  y: number;
  low?: number; // of its band
  high?: number;
  note?: string; // in the tip, after the value
}

export interface CurveLine {
  id: string;
  label: string;
  colour: number; // of the palette's series
  style: "line" | "bound" | "points";
  dash: string; // SVG's stroke-dasharray; "" is solid
  points: readonly CurvePoint[]; // by x, ascending
}

export interface CurveChart {
  x: Axis;
  y: Axis;
  lines: readonly CurveLine[];
}

export interface Range {
  low: number;
  high: number;
}

export const dashes: readonly string[] = ["", "7 3", "2 2", "10 3 2 3"];

// What of y the lines take within a range of x, with air around it; linear axes start at zero.
export function rangeOfY(chart: CurveChart, lines: readonly CurveLine[], x: Range): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const line of lines) {
    for (const point of line.points) {
      if (point.x < x.low || point.x > x.high) continue;
      for (const value of [point.y, point.low ?? point.y, point.high ?? point.y]) {
        if (!Number.isFinite(value) || (chart.y.kind !== "linear" && value <= 0)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  if (low > high) return { low: 1, high: 10 };
  if (chart.y.kind === "linear") return { low: Math.min(0, low), high: high > 0 ? high * 1.06 : 1 };
  return { low: low / 1.35, high: high * 1.35 };
}

export function rangeOfX(chart: CurveChart): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const line of chart.lines) {
    for (const { x } of line.points) {
      if (chart.x.kind !== "linear" && x <= 0) continue;
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  }
  if (low > high) return { low: 1, high: 2 };
  if (chart.x.kind === "linear") return low === high ? { low: low - 1, high: high + 1 } : { low, high };
  return { low: low / 1.3, high: high * 1.3 };
}

// All x of the lines, ascending, and each line's y there; null where it has none.
export function aligned(lines: readonly CurveLine[]): { x: number[]; y: (CurvePoint | null)[][] } {
  const x = [...new Set(lines.flatMap((line) => line.points.map((point) => point.x)))].sort((a, b) => a - b);
  const y = lines.map((line) => {
    const at = new Map(line.points.map((point) => [point.x, point]));
    return x.map((value) => at.get(value) ?? null);
  });
  return { x, y };
}
