import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import type { FigureTable } from "../figure/table";
import { language } from "../i18n/language";
import { gridOf, varied, type AxisValue } from "../model/compare_grid";
import type { ResultTable, TableRow } from "../model/compare_table";
import { compareText } from "./compare.strings";
import { cellWords, columnName, figureWords } from "./compare_words";
import { Pick } from "./fabric_run_choice";
import { Heat, type HeatHandle } from "./stuck_heat";

const limits = { cellWidth: 110, cellHeight: 34, height: 520 };

// Two parameters against each other, coloured by a figure.
export function GridFigure({ table, rows }: { table: ResultTable; rows: readonly TableRow[] }) {
  const text = compareText();
  const parameters = useMemo(() => varied(table), [table]);
  const figures = useMemo(
    () => table.columns.flatMap((c, i) => (!c.parameter && c.better !== "neither" && table.rows.some((r) => typeof r.cells[i] === "number") ? [i] : [])),
    [table],
  );
  const [chosenX, setX] = useState(parameters[0] ?? -1);
  const [chosenY, setY] = useState(parameters[1] ?? -1);
  // A column may have one value alone, or none, once a file is closed.
  const x = parameters.includes(chosenX) ? chosenX : (parameters.find((c) => c !== chosenY) ?? -1);
  const y = parameters.includes(chosenY) && chosenY !== x ? chosenY : (parameters.find((c) => c !== x) ?? -1);
  const [chosenFigure, setFigure] = useState(figures[0] ?? -1);
  const figure = figures.includes(chosenFigure) ? chosenFigure : (figures[0] ?? -1);
  const handle = useRef<HeatHandle>(null);
  const ready = x >= 0 && y >= 0 && figure >= 0;
  const grid = useMemo(() => (ready ? gridOf(table, rows, x, y, figure) : null), [ready, table, rows, x, y, figure]);
  const values = useMemo(() => Float64Array.from(grid?.best ?? [], (row) => (row ? (row.cells[figure] as number) : NaN)), [grid, figure]);
  const words = useCallback(
    (axis: AxisValue | undefined, column: number) => cellWords(axis?.value ?? null, axis?.text, table.columns[column]?.unit ?? "text"),
    [table, language.value],
  );
  const rowLabel = useCallback((row: number) => words(grid?.y[row], y), [grid, y, words]);
  const columnLabel = useCallback((column: number) => words(grid?.x[column], x), [grid, x, words]);
  if (!grid || grid.x.length === 0 || grid.y.length === 0) return null;
  const unit = table.columns[figure]!.unit;
  // Over more than a decade only the logarithm tells small values apart.
  const log = grid.least > 0 && grid.most > 10 * grid.least;
  const scale = (value: number) => (log ? Math.log10(value) : value);
  const names = (list: readonly number[]) => list.map((i) => [i, columnName(table.columns[i]!.key)] as const);
  const title = text.gridTitle(columnName(table.columns[figure]!.key), columnName(table.columns[x]!.key), columnName(table.columns[y]!.key));
  const figureTable: FigureTable = {
    columns: [
      { key: table.columns[x]!.key, label: columnName(table.columns[x]!.key) },
      { key: table.columns[y]!.key, label: columnName(table.columns[y]!.key) },
      { key: table.columns[figure]!.key, label: columnName(table.columns[figure]!.key) },
      { key: "rows", label: text.rows("", "").trim() },
    ],
    rows: grid.best.map((row, i) => [
      words(grid.x[i % grid.x.length], x),
      words(grid.y[Math.floor(i / grid.x.length)], y),
      row ? (row.cells[figure] as number) : null,
      grid.rows[i]!,
    ]),
  };
  return (
    <Figure name="grid" title={title} caption={log ? `${text.gridCaption} ${text.gridLog}` : text.gridCaption} table={figureTable} picture={() => handle.current!.picture()}>
      <div class="picks">
        <Pick label={text.across} value={x} options={names(parameters)} onChoose={(to) => (to === y ? (setY(x), setX(to)) : setX(to))} />
        <Pick label={text.upwards} value={y} options={names(parameters)} onChoose={(to) => (to === x ? (setX(y), setY(to)) : setY(to))} />
        <Pick label={text.value} value={figure} options={names(figures)} onChoose={setFigure} />
      </div>
      <Heat
        label={title}
        rows={grid.y.length}
        columns={grid.x.length}
        values={values.map(scale)}
        least={Number.isFinite(grid.least) ? scale(grid.least) : 0}
        most={Number.isFinite(grid.most) ? scale(grid.most) : 1}
        rowLabel={rowLabel}
        columnLabel={columnLabel}
        rowTitle={columnName(table.columns[y]!.key)}
        columnTitle={columnName(table.columns[x]!.key)}
        describe={(row, column) => {
          const cell = row * grid.x.length + column;
          const best = grid.best[cell];
          const [a, b] = [words(grid.x[column], x), words(grid.y[row], y)];
          return best ? text.gridCell(a, b, figureWords(best.cells[figure] as number, unit), grid.rows[cell]!) : text.gridNone(a, b);
        }}
        text={(row, column) => figureWords(values[row * grid.x.length + column]!, unit)}
        format={(value) => figureWords(log ? 10 ** value : value, unit)}
        limits={limits}
        handle={handle}
      />
    </Figure>
  );
}
