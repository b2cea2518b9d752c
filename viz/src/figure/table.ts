// The numbers of a figure: what is exported as CSV and shown below it, one row a record, unrounded.
export type Cell = string | number | null;

export interface FigureTable {
  columns: readonly { key: string; label: string }[]; // key: as in the JSON, with its unit; label: for people
  rows: readonly (readonly Cell[])[];
}

// RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe in front.
export function csv(table: FigureTable): string {
  const lines = [table.columns.map((column) => field(column.key)).join(",")];
  for (const row of table.rows) lines.push(row.map(field).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
