import { useMemo, useState } from "preact/hooks";
import { count } from "../format/numbers";
import { shown } from "../format/names";
import { language } from "../i18n/language";
import { parseFilter, type Filter } from "../model/compare_filter";
import { varied } from "../model/compare_grid";
import { resultTables, type ResultTable, type TableCell, type TableRow } from "../model/compare_table";
import { tunings } from "../model/tuning";
import { validations } from "../model/validation";
import { identity } from "../state/identity";
import { GridFigure } from "./compare_grid";
import { RowsFigure } from "./compare_rows";
import { Scatter } from "./compare_scatter";
import { compareText } from "./compare.strings";
import { cellWords, columnName } from "./compare_words";
import { Pick } from "./fabric_run_choice";
import "./compare.css";
import { TuningFigures } from "./tuning";
import { ValidationFigures } from "./validation";
import type { View } from "./view";

export const compareView: View = {
  id: "compare",
  text: () => compareText(),
  shows: (recordings) => resultTables(recordings).length > 0 || tunings(recordings).length > 0 || validations(recordings).length > 0,
  Body: ({ recordings }) => {
    const text = compareText();
    const tables = useMemo(() => resultTables(recordings), [recordings]);
    const measured = useMemo(() => validations(recordings), [recordings]);
    const tuned = useMemo(() => tunings(recordings), [recordings]);
    const keys = useMemo(() => keysOf(tables), [tables]);
    const [chosen, setChosen] = useState("");
    const index = Math.max(0, keys.indexOf(chosen));
    const names = { compare: text.compareTable, sweep: text.sweepTable, report: text.reportTable, steps: text.stepTable };
    return (
      <>
        {tables.length > 1 && (
          <Pick
            label={text.which}
            value={index}
            options={tables.map((t, i) => [i, `${names[t.kind]} (${count(t.rows.length)})`] as const)}
            onChoose={(to) => setChosen(keys[to]!)}
          />
        )}
        {tables.length > 0 && <Table key={keys[index]!} table={tables[index]!} />}
        {measured.map((one) => (
          <ValidationFigures key={`measured ${identity(one.report)}`} one={one} />
        ))}
        {tuned.map((one) => (
          <TuningFigures key={`tuned ${identity(one.report)} ${one.collective}`} one={one} />
        ))}
      </>
    );
  },
};

/** By its columns a table is known again when files are opened and closed: its filter, axes and order stay. */
function keysOf(tables: readonly ResultTable[]): string[] {
  const columns = tables.map(({ kind, columns }) => JSON.stringify([kind, ...columns.map(({ key, unit }) => [key, unit])]));
  return columns.map((key, i) => `${columns.slice(0, i).filter((other) => other === key).length} ${key}`);
}

/** Parameters with few values get a list of them beside the filter. */
const fewValues = 16;

function Table({ table }: { table: ResultTable }) {
  const text = compareText();
  const [filterText, setFilterText] = useState("");
  const [only, setOnly] = useState<ReadonlyMap<number, TableCell>>(new Map()); // column to the value that it must have
  const parameters = useMemo(() => varied(table), [table]);
  const values = useMemo(() => new Map(parameters.map((c) => [c, valuesOf(table, c)] as const).filter(([, rows]) => rows.length <= fewValues)), [table, parameters]);
  const names = useMemo(() => table.columns.map((column) => columnName(column.key)), [table, language.value]);
  const filter = useMemo(() => parseFilter(table, filterText, names), [table, filterText, names]);
  const rows = useMemo(
    () =>
      table.rows.filter(
        (row) => filter.accepts(row) && [...only].every(([c, value]) => placeOf(values, c, value) < 0 || cellOf(row, c) === value),
      ),
    [table, filter, only, values],
  );
  const choose = (column: number, value: number) => {
    const next = new Map(only);
    if (value < 0) next.delete(column);
    else next.set(column, cellOf(values.get(column)![value]!, column));
    setOnly(next);
  };
  return (
    <>
      <search class="picks" aria-label={text.filter}>
        <label class="pick">
          <span>{text.filter}</span>
          <input
            type="search"
            value={filterText}
            placeholder={text.filterHint}
            title={text.filterHelp}
            spellcheck={false}
            onInput={(event) => setFilterText(event.currentTarget.value)}
          />
        </label>
        {[...values].map(([c, rows]) => (
          <Pick
            key={c}
            label={columnName(table.columns[c]!.key)}
            value={only.has(c) ? placeOf(values, c, only.get(c)!) : -1}
            options={[[-1, text.any], ...rows.map((row, i) => [i, cellWords(cellOf(row, c), row.texts?.[c], table.columns[c]!.unit)] as const)]}
            onChoose={(value) => choose(c, value)}
          />
        ))}
        <span class="note" role="status">
          {text.rows(count(rows.length), count(table.rows.length))}
        </span>
      </search>
      <Wrong filter={filter} />
      <Scatter table={table} rows={rows} telling={parameters} />
      {parameters.length > 1 && <GridFigure table={table} rows={rows} />}
      <RowsFigure table={table} rows={rows} />
    </>
  );
}

function cellOf(row: TableRow, column: number): TableCell {
  return row.cells[column] ?? null;
}

/** Of a value in the list of its column; -1 where no open file has it. */
function placeOf(values: ReadonlyMap<number, readonly TableRow[]>, column: number, value: TableCell): number {
  return values.get(column)?.findIndex((row) => cellOf(row, column) === value) ?? -1;
}

/** One row for each value of a column, in the order of the table; numbers by size. */
function valuesOf(table: ResultTable, column: number): TableRow[] {
  const first = new Map<unknown, TableRow>();
  for (const row of table.rows) if (!first.has(row.cells[column])) first.set(row.cells[column], row);
  const rows = [...first.values()];
  return table.columns[column]!.unit === "text" ? rows : rows.sort((a, b) => Number(a.cells[column]) - Number(b.cells[column]));
}

function Wrong({ filter }: { filter: Filter }) {
  const text = compareText();
  if (filter.wrong.length === 0) return null;
  return (
    <p role="alert" class="trouble">
      {filter.wrong
        .map(({ term, why, unit }) => {
          const name = shown(term, 40);
          return why === "column" ? text.noColumn(name) : why === "number" ? text.noNumber(name, unit === "us" ? text.unitOfTime : "") : text.severalColumns(name);
        })
        .join(" ")}
    </p>
  );
}
