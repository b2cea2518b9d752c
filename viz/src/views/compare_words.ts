import { bytes, count, dollars, rate, significant, time, watts } from "../format/numbers";
import { shown } from "../format/names";
import type { ResultTable, TableCell, TableRow, Unit } from "../model/compare_table";
import { compareText } from "./compare.strings";

/** A column as people call it; of a swept variable's path the last two steps. */
export function columnName(key: string): string {
  const known = (compareText() as Readonly<Record<string, unknown>>)[`key_${key}`];
  return typeof known === "string" ? known : shown(key.split(".").slice(-2).join("."), 60);
}

export function figureWords(value: number, unit: Unit): string {
  switch (unit) {
    case "count":
      return count(value);
    case "bytes":
      return bytes(value);
    case "us":
      return time(value * 1e6);
    case "GBps":
      return rate(value);
    case "usd":
      return Math.abs(value) < 1 ? `$${significant(value)}` : dollars(value);
    case "watt":
      return watts(value);
    case "joule":
      return `${significant(value)} J`;
    default:
      return significant(value);
  }
}

export function cellWords(cell: TableCell, text: string | undefined, unit: Unit): string {
  if (text !== undefined && text !== "") return shown(text, 60);
  if (cell === null) return "–";
  return typeof cell === "number" ? figureWords(cell, unit) : shown(cell, 60);
}

/** What a row is called: its parameters that differ in the table. A number that says not of what gets its field's name. */
export function rowName(table: ResultTable, row: TableRow, telling: readonly number[]): string {
  return telling
    .map((c) => {
      const { key, unit } = table.columns[c]!;
      const words = cellWords(row.cells[c] ?? null, row.texts?.[c], unit);
      return /^[\d.,]+$/.test(words) ? `${columnName(key).replace(/^.*\./, "")} ${words}` : words;
    })
    .join(", ");
}
