// A filter as people type it: "cluster:deepseek ranks>=64 -failed". All terms must hold. A word alone is looked for in all
// texts; KEY:TEXT in one column; KEY<N, <=, >, >=, = compare numbers; a minus in front turns a term around. Keys may be cut
// short as long as one column begins with them.

import type { ResultTable, TableRow } from "./compare_table";

type Test = (row: TableRow) => boolean;

export interface Filter {
  accepts: Test;
  /** Terms that mean nothing: no such column, no number, or several columns begin so. */
  wrong: { term: string; why: "column" | "number" | "several" }[];
}

const suffixes: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

function numberOf(text: string): number {
  const match = /^(-?[0-9.]+(?:e[-+]?[0-9]+)?)(k|Ki|M|Mi|G|Gi)?B?$/.exec(text);
  return match ? Number(match[1]) * (suffixes[match[2] ?? ""] ?? 1) : NaN;
}

function contains(cell: string | number | null | undefined, text: string): boolean {
  return cell !== null && cell !== undefined && String(cell).toLowerCase().includes(text);
}

export function parseFilter(table: ResultTable, text: string): Filter {
  const tests: Test[] = [];
  const wrong: Filter["wrong"] = [];
  for (const term of text.split(/\s+/).filter((t) => t !== "" && t !== "-")) {
    const negative = term.startsWith("-");
    const body = negative ? term.slice(1) : term;
    const match = /^([A-Za-z_][A-Za-z0-9_.[\]]*)(:|<=|>=|<|>|=)(.*)$/.exec(body);
    let test: Test;
    if (!match) {
      const word = body.toLowerCase();
      test = (row) => row.cells.some((c, i) => contains(c, word) || contains(row.texts?.[i], word)) || contains(row.error, word);
    } else {
      const [, key = "", operator = "", wanted = ""] = match;
      const exact = table.columns.findIndex((c) => c.key === key);
      const beginning = table.columns.flatMap((c, i) => (c.key.startsWith(key) ? [i] : []));
      const column = exact >= 0 ? exact : (beginning[0] ?? -1);
      if (column < 0 || (exact < 0 && beginning.length > 1)) {
        wrong.push({ term, why: column < 0 ? "column" : "several" });
        continue;
      }
      const low = wanted.toLowerCase();
      const number = numberOf(wanted);
      if (operator === ":") test = (row) => contains(row.cells[column], low) || contains(row.texts?.[column], low);
      else if (operator === "=" && table.columns[column]!.unit === "text") test = (row) => row.cells[column] === wanted;
      else if (Number.isNaN(number)) {
        wrong.push({ term, why: "number" });
        continue;
      } else test = (row) => holds(row.cells[column] ?? null, operator, number);
    }
    tests.push(negative ? (row) => !test(row) : test);
  }
  return { accepts: (row) => tests.every((t) => t(row)), wrong };
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
