import { describe, expect, it } from "vitest";
import { light } from "../figure/palette";
import { aligned, rangeOfX, rangeOfY, type CurveChart, type CurveLine } from "./curve_chart";
import { curveSvg } from "./curve_svg";

const line = (id: string, points: CurveLine["points"], style: CurveLine["style"] = "line"): CurveLine => ({
  id,
  label: id,
  colour: 0,
  style,
  dash: "",
  points,
});

const chart: CurveChart = {
  x: { kind: "binary", label: "<size>", short: String, long: String },
  y: { kind: "linear", label: "y", short: String, long: String },
  lines: [
    line("a", [
      { x: 1024, y: 1, low: 0.5, high: 1.5 },
      { x: 4096, y: 4, low: 3, high: 8 },
    ]),
    line("b", [{ x: 2048, y: 2 }], "points"),
  ],
};

describe("curves", () => {
  it("share their x, with gaps", () => {
    const { x, y } = aligned(chart.lines);
    expect(x).toEqual([1024, 2048, 4096]);
    expect(y.map((points) => points.map((point) => point?.y ?? null))).toEqual([
      [1, null, 4],
      [null, 2, null],
    ]);
  });
  it("take the range that bands and lines need", () => {
    const x = rangeOfX(chart);
    expect([x.low, x.high]).toEqual([1024 / 1.3, 4096 * 1.3]);
    expect(rangeOfY(chart, chart.lines, x)).toEqual({ low: 0, high: 8 * 1.06 });
    expect(rangeOfY(chart, chart.lines, { low: 2000, high: 3000 }).high).toBeCloseTo(2 * 1.06, 12);
    const log: CurveChart = { ...chart, y: { ...chart.y, kind: "decimal" } };
    expect(rangeOfY(log, log.lines, x)).toEqual({ low: 0.5 / 1.35, high: 8 * 1.35 });
    expect(rangeOfY(log, [], x)).toEqual({ low: 1, high: 10 });
    expect(rangeOfX({ ...chart, lines: [] })).toEqual({ low: 1, high: 2 });
  });
  it("leave a size of zero out of a logarithmic axis", () => {
    const lines = [line("a", [{ x: 0, y: 1 }, { x: 16, y: 2 }, { x: 64, y: 3 }])];
    expect(rangeOfX({ ...chart, lines })).toEqual({ low: 16 / 1.3, high: 64 * 1.3 });
  });
  it("are drawn into a file at the places of their values", () => {
    const x = { low: 1024, high: 4096 };
    const { markup } = curveSvg(chart, chart.lines, x, { low: 0, high: 8 }, light, 778, 352);
    // 778 - 64 - 14 = 700 wide, 352 - 8 - 44 = 300 high: y = 1 is at 308 - 300 / 8 = 270.5, y = 4 at 158; 2048 is half way.
    expect(markup).toContain("M64 270.5L764 158");
    expect(markup).toContain('cx="414" cy="233"');
    expect(markup).toContain("M64 251.8L764 8L764 195.5L64 289.3Z");
    expect(markup).toContain("&#60;size&#62;");
  });
});
