// Where an axis has its marks. `most` is how many labels there is room for.

export type AxisKind = "binary" | "decimal" | "linear"; // powers of 2, powers of 10, equal steps

export function ticks(kind: AxisKind, low: number, high: number, most: number): number[] {
  if (!(low < high) || most < 1 || !Number.isFinite(high - low) || (kind !== "linear" && low <= 0)) return [];
  switch (kind) {
    case "binary":
      return powers(2, low, high, most);
    case "decimal":
      return decimalTicks(low, high, most);
    case "linear":
      return linearTicks(low, high, most);
  }
}

function powers(base: number, low: number, high: number, most: number): number[] {
  const log = (value: number) => Math.log(value) / Math.log(base);
  const [from, to] = [Math.ceil(log(low) - 1e-9), Math.floor(log(high) + 1e-9)];
  const step = [1, 2, 5, 10, 20].find((stride) => Math.floor(to / stride) - Math.ceil(from / stride) + 1 <= most) ?? 40;
  const marks: number[] = [];
  for (let k = Math.ceil(from / step) * step; k <= to; k += step) marks.push(base ** k);
  return marks;
}

function decimalTicks(low: number, high: number, most: number): number[] {
  for (const within of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3]]) {
    const marks: number[] = [];
    for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); ++k) {
      for (const digit of within) {
        const mark = Number(`${digit}e${k}`);
        if (mark >= low * (1 - 1e-9) && mark <= high * (1 + 1e-9)) marks.push(mark);
      }
    }
    if (marks.length <= most) return marks.length > 1 ? marks : linearTicks(low, high, most);
  }
  return powers(10, low, high, most);
}

function linearTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9)) ?? 10 * power;
  const marks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k) marks.push(Number((k * step).toPrecision(12)));
  return marks;
}

// Of a value within [low, high]: 0 to 1.
export function place(kind: AxisKind, value: number, low: number, high: number): number {
  if (kind === "linear") return (value - low) / (high - low);
  return Math.log(value / low) / Math.log(high / low);
}
