import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { fontStack } from "../figure/picture";
import { seriesColour, type Palette } from "../figure/palette";
import { curveText } from "./curve.strings";
import { aligned, rangeOfX, rangeOfY, type CurveChart, type CurveLine, type Range } from "./curve_chart";
import { isOfBrowser } from "./keys";
import { ticks } from "./ticks";
import "./curve.css";

interface CurvePlotProps {
  label: string; // for those who hear it
  chart: CurveChart;
  lines: readonly CurveLine[]; // those of the chart that are shown
  x: Range; // what of x is shown
  onZoom: (x: Range) => void;
  palette: Palette;
}

const height = 320;

// Curves on the page. Hover or arrow keys show the values at the nearest x of any line; a drag or + and - zoom in x, and y
// follows what is left.
export function CurvePlot({ label, chart, lines, x, onZoom, palette }: CurvePlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const data = aligned(lines);
  const text = curveText();

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const u = new uPlot(options(chart, lines, x, palette, element.clientWidth, setAt, onZoom), columns(lines), element);
    plot.current = u;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== u.width) u.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    setAt(null);
    return () => {
      observer.disconnect();
      u.destroy();
      plot.current = null;
    };
  }, [chart, lines, x.low, x.high, palette, onZoom]);

  const moveTo = (index: number) => {
    const u = plot.current;
    const value = data.x[index];
    if (!u || value === undefined) return;
    u.setCursor({ left: u.valToPos(value, "x"), top: u.bbox.height / devicePixelRatio / 2 });
  };
  const zoom = (factor: number) => {
    const whole = rangeOfX(chart);
    const centre = at === null ? null : data.x[at];
    const log = chart.x.kind !== "linear";
    const [low, high] = log ? [Math.log(x.low), Math.log(x.high)] : [x.low, x.high];
    const middle = centre === null || centre === undefined ? (low + high) / 2 : log ? Math.log(centre) : centre;
    const back = (value: number) => (log ? Math.exp(value) : value);
    onZoom({
      low: Math.max(whole.low, back(middle + (low - middle) * factor)),
      high: Math.min(whole.high, back(middle + (high - middle) * factor)),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Of what is in sight.
    const first = data.x.findIndex((value) => value >= x.low);
    const last = data.x.filter((value) => value <= x.high).length - 1;
    const action: Record<string, () => void> = {
      ArrowRight: () => moveTo(at === null ? first : Math.min(last, at + 1)),
      ArrowLeft: () => moveTo(at === null ? first : Math.max(first, at - 1)),
      Home: () => moveTo(first),
      End: () => moveTo(last),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      "0": () => onZoom(rangeOfX(chart)),
      Escape: () => plot.current?.setCursor({ left: -10, top: -10 }),
    };
    const act = action[event.key];
    if (!act || isOfBrowser(event)) return;
    event.preventDefault();
    act();
  };

  return (
    <div class="curve">
      <div
        class="curve-plot"
        ref={place}
        tabIndex={0}
        role="application"
        aria-label={`${label}. ${text.keys}`}
        title=""
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      <Tip chart={chart} lines={lines} data={data} at={at} plot={plot.current} palette={palette} />
    </div>
  );
}

interface TipProps {
  chart: CurveChart;
  lines: readonly CurveLine[];
  data: ReturnType<typeof aligned>;
  at: number | null;
  plot: uPlot | null;
  palette: Palette;
}

function Tip({ chart, lines, data, at, plot, palette }: TipProps) {
  const x = at === null ? undefined : data.x[at];
  if (at === null || x === undefined || !plot) return <div class="curve-tip" aria-live="polite" hidden />;
  const rows = lines
    .map((line, index) => ({ line, point: data.y[index]?.[at] ?? null }))
    .filter((row) => row.point !== null)
    .sort((a, b) => (b.point?.y ?? 0) - (a.point?.y ?? 0));
  // In the corner away from the pointer, where lines that rise leave room.
  const { bbox, width } = plot;
  const [edge, far] = [bbox.left / devicePixelRatio + 8, width - (bbox.left + bbox.width) / devicePixelRatio + 8];
  const style = plot.valToPos(x, "x") > bbox.width / devicePixelRatio / 2 ? { left: `${edge}px`, top: "12px" } : { right: `${far}px`, bottom: "64px" };
  return (
    <div class="curve-tip" aria-live="polite" style={style}>
      <strong>{chart.x.long(x)}</strong>
      <table>
        <tbody>
          {rows.map(({ line, point }) => (
            <tr key={line.id}>
              <td>
                <Swatch line={line} palette={palette} />
              </td>
              <td>
                {line.label}
                {point?.note && <div class="note">{point.note}</div>}
              </td>
              <td class="number">
                {point && chart.y.long(point.y)}
                {point?.low !== undefined && point.high !== undefined && (
                  <div class="note">
                    {chart.y.long(point.low)} … {chart.y.long(point.high)}
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Swatch({ line, palette }: { line: CurveLine; palette: Palette }) {
  const colour = seriesColour(palette, line.colour);
  return (
    <svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true">
      {line.style === "points" ? (
        <circle cx="11" cy="5" r="3.5" fill="none" stroke={colour} stroke-width="1.5" />
      ) : (
        <path d="M1 5h20" stroke={colour} stroke-width={line.style === "bound" ? 1 : 2} stroke-dasharray={line.dash || undefined} />
      )}
    </svg>
  );
}

function columns(lines: readonly CurveLine[]): uPlot.AlignedData {
  const { x, y } = aligned(lines);
  const rows: (number | null)[][] = y.map((line) => line.map((point) => point?.y ?? null));
  for (const [index, line] of lines.entries()) {
    if (!hasBand(line)) continue;
    const points = y[index] ?? [];
    rows.push(points.map((point) => point?.high ?? null), points.map((point) => point?.low ?? null));
  }
  return [x, ...rows];
}

function hasBand(line: CurveLine): boolean {
  return line.points.some((point) => point.low !== undefined && point.high !== undefined);
}

function options(
  chart: CurveChart,
  lines: readonly CurveLine[],
  x: Range,
  palette: Palette,
  width: number,
  onCursor: (index: number | null) => void,
  onZoom: (x: Range) => void,
): uPlot.Options {
  const { colours } = palette;
  const font = `12px ${fontStack}`;
  const series: uPlot.Series[] = [{}];
  for (const line of lines) {
    const colour = seriesColour(palette, line.colour);
    const marks = line.style === "points";
    series.push({
      stroke: marks ? "transparent" : colour,
      width: line.style === "bound" ? 1 : 2,
      dash: line.dash ? line.dash.split(" ").map(Number) : [],
      spanGaps: true,
      points: marks
        ? { show: true, size: 7, stroke: colour, fill: colours.panel, width: 1.5 }
        : { show: line.style === "line", size: 4, stroke: colour, fill: colour, width: 0 },
    });
  }
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    if (!hasBand(line)) continue;
    const upper = series.length;
    series.push({ stroke: "transparent", points: { show: false }, spanGaps: true });
    series.push({ stroke: "transparent", points: { show: false }, spanGaps: true });
    bands.push({ series: [upper, upper + 1], fill: `${seriesColour(palette, line.colour)}2e` });
  }
  const distribution = (kind: string): uPlot.Scale => (kind === "linear" ? { distr: 1 } : { distr: 3, log: 10 });
  const axis = { stroke: colours.ink, font, labelFont: font, labelSize: 18, grid: { stroke: colours.grid, width: 1 } };
  const ticksOfAxis = { show: true, stroke: colours.rule, size: 4, width: 1 };
  return {
    width: Math.max(width, 200),
    height,
    legend: { show: false },
    scales: {
      x: { ...distribution(chart.x.kind), time: false, range: [x.low, x.high] },
      y: {
        ...distribution(chart.y.kind),
        range: () => {
          const { low, high } = rangeOfY(chart, lines, x);
          return [low, high];
        },
      },
    },
    axes: [
      {
        ...axis,
        ticks: ticksOfAxis,
        label: chart.x.label,
        size: 30,
        splits: (u) => ticks(chart.x.kind, x.low, x.high, Math.floor(u.bbox.width / devicePixelRatio / 52)),
        values: (_u, splits) => splits.map((value) => chart.x.short(value)),
        filter: (_u, splits) => splits,
      },
      {
        ...axis,
        ticks: ticksOfAxis,
        label: chart.y.label,
        size: 58,
        splits: (u) => {
          const { low, high } = rangeOfY(chart, lines, x);
          return ticks(chart.y.kind, low, high, Math.floor(u.bbox.height / devicePixelRatio / 30));
        },
        values: (_u, splits) => splits.map((value) => chart.y.short(value)),
        filter: (_u, splits) => splits,
      },
    ],
    series,
    bands,
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 8, show: true },
      y: false,
    },
    hooks: {
      setCursor: [(u) => onCursor(u.cursor.left === undefined || u.cursor.left < 0 ? null : (u.cursor.idx ?? null))],
      setSelect: [
        (u) => {
          if (u.select.width < 6) return;
          onZoom({ low: u.posToVal(u.select.left, "x"), high: u.posToVal(u.select.left + u.select.width, "x") });
        },
      ],
    },
  };
}
