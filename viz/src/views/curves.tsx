import { useCallback, useMemo, useState } from "preact/hooks";
import { CurvePlot, Swatch } from "../chart/curve_plot";
import { curveText } from "../chart/curve.strings";
import { dashes, rangeOfX, rangeOfY, type CurveChart, type CurveLine, type Range } from "../chart/curve_chart";
import { curveSvg } from "../chart/curve_svg";
import { Figure } from "../figure/figure";
import { seriesColour } from "../figure/palette";
import type { FigureTable } from "../figure/table";
import { bytes, bytesShort, rate, short, time, timeShort } from "../format/numbers";
import { shown } from "../format/names";
import { language } from "../i18n/language";
import { curveGroups, lineKey, telling, type CurveGroup, type LineAttributes, type ResultLine, type ResultPoint } from "../model/curves";
import { Choice } from "../shell/choice";
import { palette } from "../state/theme";
import { curvesText } from "./curves.strings";
import type { View } from "./view";

export const curves: View = {
  id: "curves",
  text: () => curvesText(),
  shows: (recordings) => curveGroups(recordings).length > 0,
  Body: ({ recordings }) => {
    const groups = useMemo(() => curveGroups(recordings), [recordings]);
    return groups.map((group) => <Group key={group.collective} group={group} />);
  },
};

type Quantity = "busbw" | "time";

function Group({ group }: { group: CurveGroup }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [logarithmic, setLogarithmic] = useState(false);
  const text = curvesText();
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  const labels = useMemo(() => labelsOf(group.lines), [group, language.value]);
  const table = useMemo(() => tableOf(group, labels), [group, labels]);
  const shared = { group, labels, hidden, table };
  return (
    <>
      <Legend {...shared} onToggle={toggle} />
      <div class="figures">
        <Curve
          {...shared}
          quantity="busbw"
          logarithmic={logarithmic}
          controls={
            <Choice<"linear" | "log">
              label={text.scale}
              value={logarithmic ? "log" : "linear"}
              options={[
                ["linear", text.linear],
                ["log", text.logarithmic],
              ]}
              onChoose={(kind) => setLogarithmic(kind === "log")}
            />
          }
        />
        <Curve {...shared} quantity="time" logarithmic />
      </div>
    </>
  );
}

interface CurveProps {
  group: CurveGroup;
  labels: readonly string[];
  hidden: ReadonlySet<string>;
  table: FigureTable;
  quantity: Quantity;
  logarithmic: boolean;
  controls?: preact.JSX.Element;
}

function Curve({ group, labels, hidden, table, quantity, logarithmic, controls }: CurveProps) {
  const text = curvesText();
  const chart = useMemo(() => chartOf(group, labels, quantity, logarithmic), [group, labels, quantity, logarithmic]);
  const lines = useMemo(() => chart.lines.filter((line) => !hidden.has(line.id)), [chart, hidden]);
  const whole = useMemo(() => rangeOfX(chart), [chart]);
  const [zoomed, setZoomed] = useState<Range | null>(null);
  const onZoom = useCallback(
    (range: Range) => setZoomed(range.low <= whole.low && range.high >= whole.high ? null : range),
    [whole.low, whole.high],
  );
  const x = zoomed ?? whole;
  const collective = shown(group.collective, 60);
  const title = quantity === "busbw" ? text.busbw(collective) : text.time(collective);
  const banded = group.lines.some((line) => line.points.some((point) => point.fastestPs !== null));
  return (
    <Figure
      name={`${quantity}-${group.collective}`}
      title={title}
      caption={banded ? text.bandNote : undefined}
      table={table}
      picture={() => curveSvg(chart, lines, x, rangeOfY(chart, lines, x), palette.value)}
      legend={lines.map((line) => ({ label: line.label, colour: seriesColour(palette.value, line.colour), dash: line.dash, circle: line.style === "points" }))}
      controls={
        <>
          {zoomed && (
            <button type="button" onClick={() => setZoomed(null)}>
              {curveText().reset}
            </button>
          )}
          {controls}
        </>
      }
    >
      <CurvePlot label={title} chart={chart} lines={lines} x={x} onZoom={onZoom} palette={palette.value} />
    </Figure>
  );
}

function Legend({ group, labels, hidden, onToggle }: Pick<CurveProps, "group" | "labels" | "hidden"> & { onToggle: (id: string) => void }) {
  const lines = chartOf(group, labels, "time", true).lines;
  return (
    <ul class="legend" aria-label={curveText().legend}>
      {lines.map((line) => (
        <li key={line.id}>
          <button type="button" aria-pressed={!hidden.has(line.id)} onClick={() => onToggle(line.id)}>
            <Swatch line={line} palette={palette.value} />
            <bdi>{line.label}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}

function labelsOf(lines: readonly ResultLine[]): string[] {
  const text = curvesText();
  const keys = telling(lines);
  const phrase = (attributes: LineAttributes, key: keyof LineAttributes): string => {
    if (key === "ranks") return text.ranks(attributes.ranks);
    if (key === "faults") return shown(attributes.faults, 60) || text.noFaults;
    return shown(attributes[key], 60);
  };
  return lines.map((line) => {
    if (line.measured) return text.measured(shown(line.attributes.recording, 60));
    const words = keys.map((key) => phrase(line.attributes, key)).filter((word) => word !== "");
    return words.length > 0 ? words.join(", ") : text.simulated;
  });
}

function drawable(line: ResultLine): ResultPoint[] {
  return line.points.filter((point) => point.sizeBytes > 0);
}

// busbw of a run as fast as `timePs`: the same bytes, another time.
function busbwAt(point: ResultPoint, timePs: number): number {
  return (point.busbwGBps * point.timePs) / timePs;
}

// A size that is too small for its ranks counts as zero bytes; a logarithmic axis has no place for it, the numbers do.
function chartOf(group: CurveGroup, labels: readonly string[], quantity: Quantity, logarithmic: boolean): CurveChart {
  const text = curvesText();
  // Lines that have the same bound share it.
  const bounds = group.lines.map((line) => JSON.stringify(line.points.map((point) => [point.sizeBytes, point.boundUs])));
  const common = new Set(bounds.filter((_, index) => !group.lines[index]?.measured)).size === 1;
  const lines: CurveLine[] = group.lines.flatMap((line, index) => {
    const label = labels[index] ?? "";
    const note = (point: ResultPoint) => [point.algorithm, point.protocol].filter((word) => word !== "").map((word) => shown(word, 40)).join(" ");
    const y = (point: ResultPoint, timePs: number) => (quantity === "time" ? timePs : busbwAt(point, timePs));
    const main: CurveLine = {
      id: `line ${lineKey(line)}`,
      label,
      colour: index,
      style: line.measured ? "points" : "line",
      dash: line.measured ? "" : (dashes[Math.floor(index / 8) % dashes.length] ?? ""),
      points: drawable(line).map((point) => ({
        x: point.sizeBytes,
        y: quantity === "time" ? point.timePs : point.busbwGBps,
        note: note(point),
        ...(point.fastestPs !== null && point.slowestPs !== null
          ? quantity === "time"
            ? { low: point.fastestPs, high: point.slowestPs }
            : { low: y(point, point.slowestPs), high: y(point, point.fastestPs) }
          : {}),
      })),
    };
    const bound: CurveLine = {
      id: `bound ${bounds[index]}`,
      label: common ? text.bound : text.boundOf(label),
      colour: index,
      style: "bound",
      dash: "2 3",
      points: drawable(line).flatMap((point) =>
        point.boundUs === null ? [] : [{ x: point.sizeBytes, y: y(point, point.boundUs * 1e6) }],
      ),
    };
    return bound.points.length > 0 && bounds.indexOf(bounds[index] ?? "") === index ? [main, bound] : [main];
  });
  return {
    x: { kind: "binary", label: text.size, short: bytesShort, long: bytes },
    y:
      quantity === "time"
        ? { kind: "decimal", label: text.timeAxis, short: timeShort, long: time }
        : { kind: logarithmic ? "decimal" : "linear", label: text.busbwAxis, short, long: rate },
    lines,
  };
}

function tableOf(group: CurveGroup, labels: readonly string[]): FigureTable {
  const text = curvesText();
  return {
    columns: [
      { key: "line", label: text.line },
      { key: "size_bytes", label: `${text.size}, B` },
      { key: "time_us", label: `${text.timeAxis}, µs` },
      { key: "algbw_GBps", label: text.algbw },
      { key: "busbw_GBps", label: text.busbwAxis },
      { key: "lower_bound_us", label: `${text.boundTime}, µs` },
      { key: "fastest_us", label: `${text.fastest}, µs` },
      { key: "slowest_us", label: `${text.slowest}, µs` },
      { key: "algorithm", label: text.algorithm },
      { key: "protocol", label: text.protocol },
    ],
    rows: group.lines.flatMap((line, index) =>
      line.points.map((point) => [
        labels[index] ?? "",
        point.sizeBytes,
        point.timeUs,
        point.algbwGBps,
        point.busbwGBps,
        point.boundUs,
        point.fastestPs === null ? null : point.fastestPs / 1e6,
        point.slowestPs === null ? null : point.slowestPs / 1e6,
        point.algorithm,
        point.protocol,
      ]),
    ),
  };
}
