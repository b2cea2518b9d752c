import type { Cell, FigureTable } from "../figure/table";

// A table whose rows are made when they are first asked for: of thousands of links, intervals or bins.
export function lateTable(columns: FigureTable["columns"], make: () => readonly (readonly Cell[])[]): FigureTable {
  let rows: readonly (readonly Cell[])[] | undefined;
  return {
    columns,
    get rows() {
      return (rows ??= make());
    },
  };
}
