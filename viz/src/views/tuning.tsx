import { useCallback, useMemo, useState } from "preact/hooks";
import { dashes, rangeOfX, rangeOfY, type CurveChart, type CurveLine, type Range } from "../chart/curve_chart";
import { curveText } from "../chart/curve.strings";
import { CurvePlot, Swatch } from "../chart/curve_plot";
import { curveSvg } from "../chart/curve_svg";
import { Figure } from "../figure/figure";
import { seriesColour } from "../figure/palette";
import type { FigureTable } from "../figure/table";
import { shown } from "../format/names";
import { bytes, bytesShort, count, significant, time, timeShort } from "../format/numbers";
import { language } from "../i18n/language";
import { ofCards } from "../i18n/strings";
import { howOf, timeUsOf, type TunedPoint, type Tuning } from "../model/tuning";
import { palette } from "../state/theme";
import { tuningText } from "./tuning.strings";

// One collective: a line for each algorithm and protocol, and what NCCL chooses at each size.
export function TuningFigures({ one }: { one: Tuning }) {
  return (
    <>
      {one.chosen.length > 1 && <Curves one={one} />}
      <Choices one={one} />
    </>
  );
}

function Curves({ one }: { one: Tuning }) {
  const text = tuningText();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [zoomed, setZoomed] = useState<Range | null>(null);
  const chart = useMemo(() => chartOf(one), [one, language.value]);
  const lines = useMemo(() => chart.lines.filter((line) => !hidden.has(line.id)), [chart, hidden]);
  const whole = useMemo(() => rangeOfX(chart), [chart]);
  const table = useMemo(() => candidatesTable(one), [one, language.value]);
  const onZoom = useCallback(
    (range: Range) => setZoomed(range.low <= whole.low && range.high >= whole.high ? null : range),
    [whole.low, whole.high],
  );
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  const x = zoomed ?? whole;
  const cards = count(one.report.ranks);
  const title = text.title(shown(one.collective, 40), shown(one.report.cluster, 60), language.value === "zh" ? `${cards} 卡` : ofCards(cards));
  return (
    <Figure
      name={`tune-${one.collective}`}
      title={title}
      caption={text.caption(shown(one.report.ncclRelease, 40))}
      table={table}
      picture={() => curveSvg(chart, lines, x, rangeOfY(chart, lines, x), palette.value)}
      legend={lines.map((line) => ({ label: line.label, colour: seriesColour(palette.value, line.colour), dash: line.dash, circle: line.style === "points" }))}
      controls={
        zoomed && (
          <button type="button" onClick={() => setZoomed(null)}>
            {curveText().reset}
          </button>
        )
      }
    >
      <ul class="legend" aria-label={curveText().legend}>
        {chart.lines.map((line) => (
          <li key={line.id}>
            <button type="button" aria-pressed={!hidden.has(line.id)} onClick={() => toggle(line.id)}>
              <Swatch line={line} palette={palette.value} />
              <bdi>{line.label}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <CurvePlot label={title} chart={chart} lines={lines} x={x} onZoom={onZoom} palette={palette.value} />
    </Figure>
  );
}

function chartOf(one: Tuning): CurveChart {
  const text = tuningText();
  const points = (all: readonly TunedPoint[], note: (point: TunedPoint) => string) =>
    all.map((point) => ({ x: point.sizeBytes, y: point.timePs, note: note(point) }));
  const lines = one.lines.map(
    ({ how, points: all }, index): CurveLine => ({
      id: `how ${how}`,
      label: shown(how, 40),
      colour: index,
      style: "line",
      dash: dashes[Math.floor(index / 8) % dashes.length] ?? "",
      points: points(all, () => ""),
    }),
  );
  const chosen: CurveLine = {
    id: "chosen",
    label: text.chosen,
    colour: lines.length,
    style: "points",
    dash: "",
    points: points(one.chosen, ({ how, tablePs }) => text.note(shown(how, 40), time(tablePs))),
  };
  return {
    x: { kind: "binary", label: text.size, short: bytesShort, long: bytes },
    y: { kind: "decimal", label: text.time, short: timeShort, long: time },
    lines: [...lines, chosen],
  };
}

function Choices({ one }: { one: Tuning }) {
  const text = tuningText();
  const table = useMemo(() => choicesTable(one), [one, language.value]);
  const title = text.tableTitle(shown(one.collective, 40));
  const told = (timeUs: number | null) => (timeUs === null ? "–" : time(timeUs * 1e6));
  return (
    <Figure name={`choices-${one.collective}`} title={title} caption={text.tableCaption} table={table}>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                {text.size}
              </th>
              <th scope="col">{text.nccl}</th>
              <th scope="col" class="number">
                {text.ncclTime}
              </th>
              <th scope="col">{text.best}</th>
              <th scope="col" class="number">
                {text.bestTime}
              </th>
              <th scope="col" class="number">
                {text.gain}
              </th>
            </tr>
          </thead>
          <tbody>
            {one.rows.map((row) => (
              <tr>
                <td class="number">{bytes(row.sizeBytes)}</td>
                <td title={row.nccl?.whyNot ? shown(row.nccl.whyNot) : undefined}>
                  <bdi>{shown(howOf(row.nccl), 40)}</bdi>
                </td>
                <td class="number">{told(timeUsOf(row.nccl))}</td>
                <td>
                  <bdi>{row.best ? shown(howOf(row.best), 40) : text.none}</bdi>
                </td>
                <td class="number">{told(timeUsOf(row.best))}</td>
                <td class="number">{row.gain?.kind.case === "numberValue" ? `${significant(row.gain.kind.value, 3)}×` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}

function choicesTable(one: Tuning): FigureTable {
  const text = tuningText();
  return {
    columns: [
      { key: "size_bytes", label: `${text.size}, B` },
      { key: "nccl", label: text.nccl },
      { key: "nccl_time_us", label: `${text.nccl}, µs` },
      { key: "best", label: text.best },
      { key: "best_time_us", label: `${text.best}, µs` },
      { key: "gain", label: text.gain },
    ],
    rows: one.rows.map((row) => [
      row.sizeBytes,
      howOf(row.nccl),
      timeUsOf(row.nccl),
      howOf(row.best) || null,
      timeUsOf(row.best),
      row.gain?.kind.case === "numberValue" ? row.gain.kind.value : null,
    ]),
  };
}

function candidatesTable(one: Tuning): FigureTable {
  const text = tuningText();
  return {
    columns: [
      { key: "size_bytes", label: `${text.size}, B` },
      { key: "candidate", label: text.candidate },
      { key: "time_us", label: `${text.time}, µs` },
      { key: "table_us", label: `${text.tableTime}, µs` },
      { key: "why_not", label: text.whyNot },
    ],
    rows: one.rows.flatMap((row) => row.candidates.map((c) => [row.sizeBytes, howOf(c), timeUsOf(c), c.tableUs, c.whyNot || null])),
  };
}
