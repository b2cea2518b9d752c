// A filter as people type it: "cluster:deepseek ranks>=64 -failed". All terms must hold. A word alone is looked for in all
// texts; KEY:TEXT in one column; KEY<N, <=, >, >=, = compare numbers; a minus in front turns a term around. Keys are those of
// the JSON or the names above the columns ("network cost<1"), and may be cut short as long as one column begins with them. A
// number may have its unit ("time<2ms"); else it is in µs, bytes, $, W, J or GB/s.

import type { ResultTable, TableRow, Unit } from "./compare_table";

type Test = (row: TableRow) => boolean;

export interface Filter {
  accepts: Test;
  /** Terms that mean nothing: no such column, no number, or several columns begin so. */
  wrong: { term: string; why: "column" | "number" | "several"; unit?: Unit }[];
}

const suffixes: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };
const microseconds: Readonly<Record<string, number>> = { ps: 1e-6, ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6 };

// What may stand behind a number of a column besides a suffix.
const unitOf: Readonly<Partial<Record<Unit, string>>> = { bytes: "B", usd: "USD", watt: "W", joule: "J", GBps: "B/s" };

// In the unit of the column: µs, bytes, $, W, J, GB/s. NaN: no number.
function numberOf(text: string, unit: Unit): number {
  const match = /^\$?(-?[0-9.]+(?:e[-+]?[0-9]+)?)(.*)$/.exec(text.trim());
  if (!match) return NaN;
  const [, digits, behind = ""] = match;
  const rest = behind.trim();
  if (unit === "us") return Number(digits) * (rest === "" ? 1 : (microseconds[rest] ?? NaN));
  const name = unitOf[unit] ?? "B"; // "400GB" of a number without a unit, too
  const prefix = rest.endsWith(name) ? rest.slice(0, rest.length - name.length) : rest;
  const value = Number(digits) * (prefix === "" ? 1 : (suffixes[prefix] ?? NaN));
  return unit === "GBps" && rest !== "" ? value / 1e9 : value;
}

function contains(cell: string | number | null | undefined, text: string): boolean {
  return cell !== null && cell !== undefined && String(cell).toLowerCase().includes(text);
}

// `names`: of the columns, as the page writes them; keys are understood, too.
export function parseFilter(table: ResultTable, text: string, names: readonly string[] = []): Filter {
  const tests: Test[] = [];
  const wrong: Filter["wrong"] = [];
  for (const { term, negative, key, operator, wanted } of termsOf(text, names)) {
    let test: Test;
    if (operator === "") {
      const word = wanted.toLowerCase();
      test = (row) => row.cells.some((c, i) => contains(c, word) || contains(row.texts?.[i], word)) || contains(row.error, word);
    } else {
      const found = columnsNamed(table, key, names);
      const [column] = found;
      if (column === undefined || found.length > 1) {
        wrong.push({ term, why: column === undefined ? "column" : "several" });
        continue;
      }
      const { unit } = table.columns[column]!;
      const low = wanted.toLowerCase();
      const number = numberOf(wanted, unit);
      if (operator === ":") test = (row) => contains(row.cells[column], low) || contains(row.texts?.[column], low);
      else if (operator === "=" && unit === "text") test = (row) => row.cells[column] === wanted;
      else if (Number.isNaN(number)) {
        wrong.push({ term, why: "number", unit });
        continue;
      } else test = (row) => holds(row.cells[column] ?? null, operator, number);
    }
    tests.push(negative ? (row) => !test(row) : test);
  }
  return { accepts: (row) => tests.every((t) => t(row)), wrong };
}

// The column of that key or name, or else those that begin so.
function columnsNamed(table: ResultTable, key: string, names: readonly string[]): number[] {
  const low = key.toLowerCase();
  const where = (is: (text: string) => boolean) =>
    table.columns.flatMap((column, i) => (is(column.key.toLowerCase()) || is((names[i] ?? "").toLowerCase()) ? [i] : []));
  const exact = table.columns.findIndex((column) => column.key === key);
  if (exact >= 0) return [exact];
  const named = where((text) => text === low);
  return named.length > 0 ? named : where((text) => text.startsWith(low));
}

interface Term {
  term: string;
  negative: boolean;
  key: string;
  operator: string; // empty: a word alone
  wanted: string;
}

const operators = /^\s*(?::|<=|>=|<|>|=)\s*/;

// Keys of one word, or names of columns whatever is in them ("network cost<1"); values with blanks stand in quotes.
function termsOf(text: string, names: readonly string[]): Term[] {
  const long = names.filter((name) => /[^A-Za-z0-9_.[\]]/.test(name)).sort((a, b) => b.length - a.length);
  const terms: Term[] = [];
  const value = /(?:"([^"]*)"|(\S*))/y;
  const valueAt = (at: number): { wanted: string; end: number } => {
    value.lastIndex = at;
    const found = value.exec(text);
    return { wanted: found?.[1] ?? found?.[2] ?? "", end: value.lastIndex };
  };
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const begin = at;
    const negative = text[at] === "-";
    if (negative) at++;
    const low = text.slice(at).toLowerCase();
    const name = long.find((one) => low.startsWith(one.toLowerCase()) && operators.test(low.slice(one.length)));
    const head = /^([A-Za-z_][A-Za-z0-9_.[\]]*)(:|\s*(?:<=|>=|<|>|=)\s*)/.exec(text.slice(at));
    const key = name ?? head?.[1] ?? "";
    const operator = name !== undefined ? (operators.exec(low.slice(name.length)) ?? [""])[0] : (head?.[2] ?? "");
    const { wanted, end } = valueAt(at + key.length + operator.length);
    at = Math.max(end, begin + 1);
    if (operator !== "" || wanted !== "") terms.push({ term: text.slice(begin, at), negative, key, operator: operator.trim(), wanted });
  }
  return terms;
}

function holds(cell: string | number | null, operator: string, number: number): boolean {
  if (typeof cell !== "number") return false;
  switch (operator) {
    case "<":
      return cell < number;
    case "<=":
      return cell <= number;
    case ">":
      return cell > number;
    case ">=":
      return cell >= number;
    default:
      return cell === number;
  }
}
