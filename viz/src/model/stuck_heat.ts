// The geometry of a matrix on a canvas: cells as large as they may be, and where they are smaller than a pixel, the largest
// value of those that share one.

export interface HeatLimits {
  cellWidth: number; // at the most, in pixels
  cellHeight: number;
  height: number; // of all cells, at the most
  fill?: boolean; // columns fill the width, alike or not
}

export interface HeatGeometry {
  left: number; // of the first cell
  top: number;
  cellWidth: number;
  cellHeight: number;
  width: number; // of all cells
  height: number;
  gap: number; // between cells
}

export function heatGeometry(
  width: number,
  rows: number,
  columns: number,
  left: number,
  top: number,
  limits: HeatLimits,
): HeatGeometry {
  // Whole pixels where there are any, so that cells are alike.
  const whole = (size: number): number => (size >= 2 ? Math.floor(size) : size);
  const share = Math.max(1, width - left) / Math.max(1, columns);
  const cellWidth = limits.fill ? share : whole(Math.min(limits.cellWidth, share));
  const cellHeight = whole(Math.min(limits.cellHeight, limits.height / Math.max(1, rows)));
  return {
    left,
    top,
    cellWidth,
    cellHeight,
    width: Math.max(1, Math.round(cellWidth * columns)),
    height: Math.max(1, Math.round(cellHeight * rows)),
    gap: Math.min(cellWidth, cellHeight) >= 5 ? 1 : 0,
  };
}

/** Largest value of each block of cells; NaN where a block has none. */
export function largest(values: Float64Array, rows: number, columns: number, toRows: number, toColumns: number): Float64Array {
  if (toRows === rows && toColumns === columns) return values;
  const out = new Float64Array(toRows * toColumns).fill(NaN);
  for (let r = 0; r < rows; r++) {
    const line = Math.floor((r * toRows) / rows) * toColumns;
    for (let c = 0; c < columns; c++) {
      const value = values[r * columns + c]!;
      const at = line + Math.floor((c * toColumns) / columns);
      if (!Number.isNaN(value) && !(out[at]! >= value)) out[at] = value;
    }
  }
  return out;
}

/** Every how manieth label has room when a label needs `needs` pixels and a cell has `size`. */
export function labelStep(size: number, needs: number): number {
  const raw = needs / size;
  if (raw <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
}

/** Names without what all of them begin with, up to a slash. */
export function withoutPrefix(names: readonly string[]): { prefix: string; short: string[] } {
  let prefix = names[0] ?? "";
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  prefix = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  return { prefix, short: names.map((name) => name.slice(prefix.length)) };
}

export const labelSize = 11; // pixels
export const letter = 6.2; // width of one, about

/** Of a label, about: CJK characters, arrows and dots are as wide as they are high. */
export function labelWidth(text: string): number {
  let width = 0;
  for (const c of text) width += (c.codePointAt(0) ?? 0) >= 0x2000 ? labelSize : letter;
  return width;
}

/** Labels that fit into a width. They lose their end, or where that makes two read the same, their middle or beginning. */
export function cutToWidth(texts: readonly string[], most: number): string[] {
  const widths = texts.map(labelWidth);
  if (widths.every((width) => width <= most)) return [...texts];
  const ways = [1, 0.5, 0].map((share) => {
    const cuts = texts.map((text, i) => (widths[i]! <= most ? text : without(text, most, share)));
    const meant = new Map<string, string | null>(); // what a label stands for; null: for several
    cuts.forEach((words, i) => meant.set(words, meant.has(words) && meant.get(words) !== texts[i] ? null : texts[i]!));
    return { cuts, isClear: (i: number) => meant.get(cuts[i]!) !== null };
  });
  return texts.map((_, i) => (ways.find((way) => way.isClear(i)) ?? ways[0]!).cuts[i]!);
}

/** `share` of the room is for the beginning of a text, what is left of it for its end. */
function without(text: string, most: number, share: number): string {
  const letters = [...text];
  if (letters.length < 2) return text;
  let room = most - labelSize; // the dots
  let first = 0;
  for (const left = room * (1 - share); room - labelWidth(letters[first]!) >= left; first++) room -= labelWidth(letters[first]!);
  let last = letters.length;
  while (share < 1 && last > first && room - labelWidth(letters[last - 1]!) >= 0) room -= labelWidth(letters[--last]!);
  if (first === 0 && last === letters.length) first = 1; // so narrow that none fits
  return `${letters.slice(0, first).join("")}…${letters.slice(last).join("")}`;
}

export function cut(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, Math.max(1, most - 1)).join("")}…` : text;
}
