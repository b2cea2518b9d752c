import { useMemo, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { figureText } from "../figure/figure.strings";
import { language } from "../i18n/language";
import { said } from "../i18n/terms";
import { sortRows, type ResultTable, type TableRow } from "../model/compare_table";
import { shown } from "../format/names";
import { compareText } from "./compare.strings";
import { cellWords, columnName } from "./compare_words";

const most = 500;

function wordsOf(table: ResultTable, row: TableRow, column: number): string {
  const { key, unit } = table.columns[column]!;
  const words = cellWords(row.cells[column] ?? null, row.texts?.[column], unit);
  return key === "bottleneck" ? said(words) : words; // a tier, or what holds up instead
}

// All rows, sortable; columns that are empty throughout are left out.
export function RowsFigure({ table, rows }: { table: ResultTable; rows: readonly TableRow[] }) {
  const text = compareText();
  const columns = useMemo(
    () => table.columns.flatMap((_, i) => (table.rows.some((r) => r.cells[i] !== null && r.cells[i] !== "") ? [i] : [])),
    [table],
  );
  const [sort, setSort] = useState<{ column: number; descending: boolean } | null>(null);
  const sorted = useMemo(() => (sort ? sortRows(rows, sort.column, sort.descending) : rows), [rows, sort]);
  const figureTable = useMemo(
    () => ({
      columns: columns.map((c) => ({ key: table.columns[c]!.key, label: columnName(table.columns[c]!.key) })),
      rows: sorted.map((r) => columns.map((c) => (table.columns[c]!.parameter && r.texts?.[c] ? r.texts[c] : (r.cells[c] ?? null)))),
    }),
    [columns, table, sorted, language.value],
  );
  return (
    <Figure name="rows" title={text.tableTitle} caption={text.tableCaption} table={figureTable}>
      <div class="scroll" tabIndex={0} role="region" aria-label={text.tableTitle}>
        <table class="sortable">
          <thead>
            <tr>
              {columns.map((c) => {
                const column = table.columns[c]!;
                const here = sort?.column === c;
                return (
                  <th
                    key={column.key}
                    scope="col"
                    class={column.unit === "text" ? undefined : "number"}
                    aria-sort={here ? (sort.descending ? "descending" : "ascending") : "none"}
                    title={column.key}
                  >
                    <button type="button" onClick={() => setSort({ column: c, descending: here ? !sort.descending : column.better === "more" })}>
                      {columnName(column.key)}
                      {here ? (sort.descending ? " ↓" : " ↑") : ""}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, most).map((row, i) => (
              <tr key={i} class={row.error ? "failed" : undefined} title={row.error ? `${text.failed}: ${shown(row.error)}` : undefined}>
                {columns.map((c) => (
                  <td class={table.columns[c]!.unit === "text" ? undefined : "number"}>
                    <bdi>{wordsOf(table, row, c)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > most && <p class="note">{figureText().rowsShown(most, sorted.length)}</p>}
    </Figure>
  );
}
