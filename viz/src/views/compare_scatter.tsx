import { useMemo, useRef, useState } from "preact/hooks";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { seriesColour } from "../figure/palette";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { language } from "../i18n/language";
import { paretoFront } from "../model/compare_pareto";
import { along, axisOf, marks, type Axis } from "../model/compare_scale";
import { byWork, type ResultTable, type TableRow } from "../model/compare_table";
import { Choice } from "../shell/choice";
import { palette } from "../state/theme";
import { compareText } from "./compare.strings";
import { cellWords, columnName, figureWords, rowName } from "./compare_words";
import { Pick } from "./fabric_run_choice";

interface ScatterProps {
  table: ResultTable;
  rows: readonly TableRow[];
  telling: readonly number[]; // columns that name a row
}

const height = 360;
const margin = { left: 74, right: 18, top: 10, bottom: 42 };

/** Figures for the axes: money first, then time, as a designer asks. */
function opening(table: ResultTable): { x: number; y: number } {
  const has = (key: string) => {
    const at = table.columns.findIndex((c) => c.key === key);
    return at >= 0 && table.rows.some((r) => typeof r.cells[at] === "number") ? at : -1;
  };
  const first = (keys: readonly string[]) => keys.map(has).find((at) => at >= 0) ?? -1;
  return {
    x: first(["network_cost_usd", "system_cost_usd", "network_power_w", "size_bytes", "ranks", "endpoints"]),
    y: first(["time_us", "busbw_GBps"]),
  };
}

export function Scatter({ table, rows, telling }: ScatterProps) {
  const text = compareText();
  const start = useMemo(() => opening(table), [table]);
  const [x, setX] = useState(start.x);
  const [y, setY] = useState(start.y);
  const [log, setLog] = useState(true);
  const [told, setTold] = useState(-1);
  const [box, width] = useWidth<HTMLDivElement>(800);
  const drawing = useRef<SVGSVGElement>(null);
  const numbers = table.columns.flatMap((c, i) => (c.unit === "text" ? [] : [[i, columnName(c.key)] as const]));
  const drawn = useMemo(() => rows.filter((r) => typeof r.cells[x] === "number" && typeof r.cells[y] === "number"), [rows, x, y]);
  const points = useMemo(() => pointsOf(drawn, x, y), [drawn, x, y]);
  const works = useMemo(() => worksOf(table, drawn, points, x, y), [table, drawn, points, x, y]);
  const front = useMemo(() => works.flatMap((w) => w.front), [works]);
  const differing = table.work.filter((c) => telling.includes(c));
  const naming = telling.filter((c) => !table.work.includes(c));
  const workName = (w: Work) => (differing.length > 0 ? rowName(table, w.first, differing) : text.front);
  const figureTable = useMemo(() => tableOf(table, drawn, front, telling, x, y), [table, drawn, front, telling, x, y, language.value]);
  if (start.x < 0 || start.y < 0) return null;
  const [cx, cy] = [table.columns[x]!, table.columns[y]!];
  const title = text.scatterTitle(columnName(cy.key), columnName(cx.key));
  const words = (i: number) =>
    text.point(rowName(table, drawn[i]!, telling), figureWords(points[i]!.x, cx.unit), figureWords(points[i]!.y, cy.unit), front.includes(i));
  const colours = palette.value;
  return (
    <Figure
      name="scatter"
      title={title}
      caption={text.scatterCaption}
      table={figureTable}
      picture={points.length > 0 ? () => pictureOfSvg(drawing.current!) : undefined}
    >
      <div class="picks">
        <Pick label={text.across} value={x} options={numbers} onChoose={setX} />
        <Pick label={text.upwards} value={y} options={numbers} onChoose={setY} />
        <Choice<"log" | "linear">
          label={text.axes}
          value={log ? "log" : "linear"}
          options={[
            ["log", text.log],
            ["linear", text.linear],
          ]}
          onChoose={(kind) => setLog(kind === "log")}
        />
      </div>
      <div ref={box}>
        {points.length === 0 ? (
          <p class="note">{text.noPoints}</p>
        ) : (
          <Plot
            title={title}
            points={points}
            works={works}
            width={width}
            log={log}
            told={told}
            onTold={setTold}
            words={words}
            label={(i) => rowName(table, drawn[i]!, naming.length > 0 ? naming : telling)}
            xName={columnName(cx.key)}
            yName={columnName(cy.key)}
            xWords={(value) => figureWords(value, cx.unit)}
            yWords={(value) => figureWords(value, cy.unit)}
            drawing={drawing}
          />
        )}
      </div>
      <output class="heat-told" aria-live="polite">
        <bdi>{points[told] ? words(told) : text.pointAt}</bdi>
      </output>
      <ul class="legend">
        {works.map((w, i) => (
          <li key={i} class="lane-key">
            <svg width="26" height="11" aria-hidden="true">
              <path d="M0 5.5h26" stroke={seriesColour(colours, i)} stroke-width="1.5" />
              <circle cx="13" cy="5.5" r="4.5" fill={seriesColour(colours, i)} />
            </svg>
            <bdi>{workName(w)}</bdi>
          </li>
        ))}
        <li class="lane-key">
          <svg width="11" height="11" aria-hidden="true">
            <circle cx="5.5" cy="5.5" r="4" fill="none" stroke={colours.colours.muted} stroke-width="1.5" />
          </svg>
          {text.beaten}
        </li>
      </ul>
      {drawn.length < rows.length && <p class="note">{text.missing(rows.length - drawn.length)}</p>}
    </Figure>
  );
}

interface PlotProps {
  title: string;
  points: readonly { x: number; y: number }[];
  works: readonly Work[];
  width: number;
  log: boolean;
  told: number;
  onTold: (index: number) => void;
  words: (index: number) => string;
  label: (index: number) => string;
  xName: string;
  yName: string;
  xWords: (value: number) => string;
  yWords: (value: number) => string;
  drawing: preact.RefObject<SVGSVGElement | null>;
}

function Plot({ title, points, works, width, log, told, onTold, words, label, xName, yName, xWords, yWords, drawing }: PlotProps) {
  const colours = palette.value;
  const { ink, muted, grid, rule, panel } = colours.colours;
  const front = works.flatMap((w) => w.front);
  const workOf = new Map(works.flatMap((w, at) => w.members.map((i) => [i, at] as const)));
  const colourOf = (i: number) => seriesColour(colours, workOf.get(i) ?? 0);
  const xAxis = axisOf(points.map((p) => p.x), log);
  const yAxis = axisOf(points.map((p) => p.y), log);
  const plot = { width: Math.max(80, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const at = (axis: Axis, value: number, size: number) => along(axis, value) * size;
  const px = (i: number) => margin.left + at(xAxis, points[i]!.x, plot.width);
  const py = (i: number) => margin.top + plot.height - at(yAxis, points[i]!.y, plot.height);
  const onFront = new Set(front);
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.x - points[b]!.x || points[a]!.y - points[b]!.y || a - b);
  const nearest = (event: PointerEvent): number => {
    const bounds = drawing.current!.getBoundingClientRect();
    const [mx, my] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = -1;
    let least = 24 * 24;
    for (let i = 0; i < points.length; i++) {
      const distance = (px(i) - mx) ** 2 + (py(i) - my) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const here = order.indexOf(told);
    onTold(order[here < 0 ? 0 : Math.min(order.length - 1, Math.max(0, here + step))]!);
  };
  return (
    <svg
      ref={drawing}
      class="scatter"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="application"
      aria-label={title}
      tabindex={0}
      onPointerMove={(event) => onTold(nearest(event))}
      onPointerDown={(event) => onTold(nearest(event))}
      onPointerLeave={(event) => event.pointerType === "mouse" && onTold(-1)}
      onKeyDown={onKeyDown}
    >
      <g font-size="11" fill={muted}>
        {marks(xAxis, Math.max(2, Math.floor(plot.width / 90))).map((value) => {
          const x = margin.left + at(xAxis, value, plot.width);
          return (
            <g>
              <path d={`M${x} ${margin.top}v${plot.height}`} stroke={grid} />
              <text x={x} y={margin.top + plot.height + 15} text-anchor="middle">
                {xWords(value)}
              </text>
            </g>
          );
        })}
        {marks(yAxis, 7).map((value) => {
          const y = margin.top + plot.height - at(yAxis, value, plot.height);
          return (
            <g>
              <path d={`M${margin.left} ${y}h${plot.width}`} stroke={grid} />
              <text x={margin.left - 6} y={y + 4} text-anchor="end">
                {yWords(value)}
              </text>
            </g>
          );
        })}
        <path d={`M${margin.left} ${margin.top}v${plot.height}h${plot.width}`} fill="none" stroke={rule} />
        <text x={margin.left + plot.width} y={height - 6} text-anchor="end" fill={ink}>
          {xName}
        </text>
        <text x={12} y={margin.top + plot.height / 2} text-anchor="middle" fill={ink} transform={`rotate(-90 12 ${margin.top + plot.height / 2})`}>
          {yName}
        </text>
      </g>
      {works.map((w, at) => (
        <path
          key={at}
          d={w.front.map((i, n) => `${n === 0 ? "M" : "L"}${px(i)} ${py(i)}`).join("")}
          fill="none"
          stroke={seriesColour(colours, at)}
          stroke-width="1.5"
        />
      ))}
      {points.map((_, i) => (
        <circle
          key={i}
          cx={px(i)}
          cy={py(i)}
          r={told === i ? 6 : onFront.has(i) ? 4.5 : 4}
          fill={onFront.has(i) ? colourOf(i) : panel}
          fill-opacity={onFront.has(i) ? 1 : 0.4}
          stroke={told === i ? ink : colourOf(i)}
          stroke-width="1.5"
          role="img"
          aria-label={words(i)}
        />
      ))}
      <FrontLabels front={front} px={px} py={py} label={label} ink={ink} panel={panel} right={margin.left + plot.width} />
    </svg>
  );
}

/** Rows that do the same work, and which of them are on its front; indices into the points. */
interface Work {
  first: TableRow;
  members: number[];
  front: number[];
}

function pointsOf(rows: readonly TableRow[], x: number, y: number): { x: number; y: number }[] {
  return rows.map((r) => ({ x: r.cells[x] as number, y: r.cells[y] as number }));
}

function worksOf(table: ResultTable, rows: readonly TableRow[], points: readonly { x: number; y: number }[], x: number, y: number): Work[] {
  const index = new Map(rows.map((row, i) => [row, i]));
  return byWork(table, rows).map((work) => {
    const members = work.rows.map((row) => index.get(row)!);
    const front = paretoFront(
      members.map((i) => points[i]!),
      table.columns[x]?.better === "more",
      table.columns[y]?.better === "more",
    );
    return { first: work.first, members, front: front.map((f) => members[f]!) };
  });
}

// Names of the front, as far as they do not touch each other.
function FrontLabels({ front, px, py, label, ink, panel, right }: {
  front: readonly number[];
  px: (i: number) => number;
  py: (i: number) => number;
  label: (i: number) => string;
  ink: string;
  panel: string;
  right: number;
}) {
  const taken: { x0: number; x1: number; y: number }[] = [];
  const shown = front.flatMap((i) => {
    const words = label(i);
    const wide = 6.3 * [...words].length;
    const left = px(i) + 8 + wide > right;
    const x0 = left ? px(i) - 8 - wide : px(i) + 8;
    const y = py(i) - 6;
    if (x0 < margin.left || taken.some((t) => Math.abs(t.y - y) < 13 && x0 < t.x1 && t.x0 < x0 + wide)) return [];
    taken.push({ x0, x1: x0 + wide, y });
    return [{ i, words, x: left ? px(i) - 8 : px(i) + 8, y, left }];
  });
  return (
    <g font-size="11" fill={ink} stroke={panel} stroke-width="3" paint-order="stroke">
      {shown.map((s) => (
        <text key={s.i} x={s.x} y={s.y} text-anchor={s.left ? "end" : "start"}>
          {s.words}
        </text>
      ))}
    </g>
  );
}

function tableOf(table: ResultTable, drawn: readonly TableRow[], front: readonly number[], telling: readonly number[], x: number, y: number): FigureTable {
  const chosen = [...new Set([...telling, x, y])].filter((c) => c >= 0);
  const onFront = new Set(front);
  return {
    columns: [
      ...chosen.map((c) => ({ key: table.columns[c]!.key, label: columnName(table.columns[c]!.key) })),
      { key: "pareto_front", label: compareText().onFront },
    ],
    rows: drawn.map((row, i) => [
      ...chosen.map((c) => (row.texts?.[c] && table.columns[c]!.unit === "text" ? cellWords(row.cells[c] ?? null, row.texts[c], "text") : (row.cells[c] ?? null))),
      onFront.has(i) ? 1 : 0,
    ]),
  };
}
