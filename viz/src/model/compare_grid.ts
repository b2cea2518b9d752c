// Two parameters against each other: of all rows that share a pair of values, the best.

import type { ResultTable, TableCell, TableRow } from "./compare_table";

export interface AxisValue {
  value: TableCell;
  text: string | undefined; // as the sweep writes it
}

export interface Grid {
  x: AxisValue[];
  y: AxisValue[];
  /** y * x.length + x: the best row; undefined: no row has a figure there. */
  best: (TableRow | undefined)[];
  rows: number[]; // rows of each cell, with a figure or without
  least: number;
  most: number;
}

function axis(rows: readonly TableRow[], column: number): AxisValue[] {
  const values = new Map<TableCell, AxisValue>();
  for (const row of rows) {
    const value = row.cells[column] ?? null;
    if (!values.has(value)) values.set(value, { value, text: row.texts?.[column] });
  }
  const all = [...values.values()];
  // Numbers by size; texts in the order of the table.
  return all.every((a) => typeof a.value === "number") ? all.sort((a, b) => (a.value as number) - (b.value as number)) : all;
}

export function gridOf(table: ResultTable, rows: readonly TableRow[], x: number, y: number, figure: number): Grid {
  const columns = axis(rows, x);
  const lines = axis(rows, y);
  const atX = new Map(columns.map((a, i) => [a.value, i]));
  const atY = new Map(lines.map((a, i) => [a.value, i]));
  const sign = table.columns[figure]!.better === "more" ? -1 : 1;
  const grid: Grid = {
    x: columns,
    y: lines,
    best: new Array<TableRow | undefined>(columns.length * lines.length).fill(undefined),
    rows: new Array<number>(columns.length * lines.length).fill(0),
    least: Infinity,
    most: -Infinity,
  };
  for (const row of rows) {
    const cell = atY.get(row.cells[y] ?? null)! * columns.length + atX.get(row.cells[x] ?? null)!;
    grid.rows[cell]!++;
    const value = row.cells[figure];
    if (typeof value !== "number") continue;
    const known = grid.best[cell]?.cells[figure] as number | undefined;
    if (known === undefined || sign * value < sign * known) grid.best[cell] = row;
  }
  for (const row of grid.best) {
    if (!row) continue;
    const value = row.cells[figure] as number;
    grid.least = Math.min(grid.least, value);
    grid.most = Math.max(grid.most, value);
  }
  return grid;
}

/** Parameters with more than one value, those with most values first: what a heat map opens with. */
export function varied(table: ResultTable): number[] {
  return table.columns
    .map((c, i) => ({ i, values: c.parameter ? new Set(table.rows.map((r) => r.cells[i])).size : 0 }))
    .filter((c) => c.values > 1)
    .sort((a, b) => b.values - a.values || a.i - b.i)
    .map((c) => c.i);
}
