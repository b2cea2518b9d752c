import { useMemo, useRef, useState } from "preact/hooks";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { seriesColour } from "../figure/palette";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { language } from "../i18n/language";
import { paretoFront } from "../model/compare_pareto";
import { byWork, type ResultTable, type TableRow } from "../model/compare_table";
import { Choice } from "../shell/choice";
import { palette } from "../state/theme";
import { Plot, type Work } from "./compare_plot";
import { compareText } from "./compare.strings";
import { cellWords, columnName, figureWords, rowName } from "./compare_words";
import { Pick } from "./fabric_run_choice";

interface ScatterProps {
  table: ResultTable;
  rows: readonly TableRow[];
  telling: readonly number[]; // columns that name a row
}

/** Figures for the axes: money against time, as a designer asks, unless all cost the same. */
function opening(table: ResultTable): { x: number; y: number } {
  const values = (column: number) => new Set(table.rows.flatMap((r) => (typeof r.cells[column] === "number" ? [r.cells[column]] : []))).size;
  const columns = (keys: readonly string[]) => keys.map((key) => table.columns.findIndex((c) => c.key === key)).filter((c) => c >= 0 && values(c) > 0);
  const across = columns(["network_cost_usd", "system_cost_usd", "network_power_w"]);
  const numbers = table.columns.flatMap((c, i) => (c.parameter && c.unit !== "text" ? [i] : []));
  return {
    x: [...across, ...numbers].find((c) => values(c) > 1) ?? across[0] ?? numbers[0] ?? -1,
    y: columns(["time_us", "busbw_GBps"])[0] ?? -1,
  };
}

export function Scatter({ table, rows, telling }: ScatterProps) {
  const text = compareText();
  const start = useMemo(() => opening(table), [table]);
  const [x, setX] = useState(start.x);
  const [y, setY] = useState(start.y);
  const [log, setLog] = useState(true);
  const [toldRow, setTold] = useState<TableRow | null>(null);
  const [box, width] = useWidth<HTMLDivElement>(800);
  const drawing = useRef<SVGSVGElement>(null);
  const numbers = table.columns.flatMap((c, i) => (c.unit === "text" ? [] : [[i, columnName(c.key)] as const]));
  const drawn = useMemo(() => rows.filter((r) => typeof r.cells[x] === "number" && typeof r.cells[y] === "number"), [rows, x, y]);
  const told = toldRow ? drawn.indexOf(toldRow) : -1;
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
            onTold={(point) => setTold(drawn[point] ?? null)}
            words={words}
            label={(i) => rowName(table, drawn[i]!, naming.length > 0 ? naming : telling)}
            xName={columnName(cx.key)}
            yName={columnName(cy.key)}
            xWords={(value) => figureWords(value, cx.unit)}
            yWords={(value) => figureWords(value, cy.unit)}
            xBytes={cx.unit === "bytes"}
            yBytes={cy.unit === "bytes"}
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
