// Numbers as people read them. The unit stands with the number; four digits are kept, since no figure of a model is better.

const absent = "–";

// "16,384"; digits after the point as in the number, at most four.
export function count(value: number): string {
  if (!Number.isFinite(value)) return absent;
  const [whole = "", fraction] = (Number.isInteger(value) ? value.toString() : value.toFixed(4)).split(".");
  if (whole.includes("e")) return value.toPrecision(4);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = fraction?.replace(/0+$/, "");
  return rest ? `${grouped}.${rest}` : grouped;
}

// `digits` significant ones, no exponent from 1e-6 to 1e15.
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return absent;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-6) return value.toExponential(digits - 1);
  const exponent = Math.floor(Math.log10(Number(size.toPrecision(digits))));
  const places = Math.max(0, digits - 1 - exponent);
  const [whole = "", fraction] = value.toFixed(Math.min(places, 20)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
const decimal = ["", "k", "M", "G", "T", "P", "E"];

function scaled(value: number, step: number, prefixes: readonly string[]): { value: number; prefix: string } {
  let index = 0;
  let left = value;
  while (Math.abs(left) >= step && index + 1 < prefixes.length) {
    left /= step;
    ++index;
  }
  return { value: left, prefix: prefixes[index] ?? "" };
}

function upTo(value: number, digits: number): string {
  const text = significant(value, digits);
  return text.includes(".") && !text.includes("e") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

// "0.5", "200": at a mark of an axis.
export function short(value: number): string {
  return upTo(value, 3);
}

// "16 GiB": sizes of collectives go by powers of 1024, as in nccl-tests.
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return absent;
  const { value: left, prefix } = scaled(value, 1024, binary);
  return `${upTo(left, 4)} ${prefix}B`;
}

// "80 GB": memory of cards, as their makers count it.
export function decimalBytes(value: number): string {
  if (!Number.isFinite(value)) return absent;
  const { value: left, prefix } = scaled(value, 1000, decimal);
  return `${upTo(left, 4)} ${prefix}B`;
}

// "16G", for axes.
export function bytesShort(value: number): string {
  const { value: left, prefix } = scaled(value, 1024, binary);
  return `${upTo(left, 3)}${prefix.charAt(0)}`;
}

const times: readonly [number, string][] = [
  [1e12, "s"],
  [1e9, "ms"],
  [1e6, "µs"],
  [1e3, "ns"],
  [1, "ps"],
];

// Of picoseconds: "78.12 ms".
export function time(picoseconds: number, digits = 4): string {
  if (!Number.isFinite(picoseconds)) return absent;
  if (picoseconds === 0) return "0 s";
  const size = Math.abs(picoseconds);
  const [unit, name] = times.find(([least]) => size >= least) ?? [1, "ps"];
  return `${significant(picoseconds / unit, digits)} ${name}`;
}

export function timeShort(picoseconds: number): string {
  if (picoseconds === 0) return "0";
  const size = Math.abs(picoseconds);
  const [unit, name] = times.find(([least]) => size >= least) ?? [1, "ps"];
  return `${upTo(picoseconds / unit, 3)} ${name}`;
}

// Of GB/s, decimal: "219.9 GB/s".
export function rate(gigabytes: number): string {
  return `${significant(gigabytes)} GB/s`;
}

// Of bits a second: "400 Gb/s".
export function bitRate(bits: number): string {
  const { value, prefix } = scaled(bits, 1000, decimal);
  return `${upTo(value, 4)} ${prefix}b/s`;
}

// "97.3 %".
export function percent(share: number, digits = 3): string {
  return Number.isFinite(share) ? `${significant(100 * share, digits)} %` : absent;
}

// A change: "−9.1 %", "+5 %".
export function change(share: number): string {
  if (!Number.isFinite(share)) return absent;
  if (share !== 0 && Math.abs(share) < 1e-5) return `${share < 0 ? "−" : "+"}<0.001 %`;
  const text = upTo(Math.abs(100 * share), 3);
  return `${share < 0 ? "−" : "+"}${text} %`;
}

export function dollars(value: number): string {
  const { value: left, prefix } = scaled(value, 1000, ["", "k", "M", "bn"]);
  return `$${upTo(left, 4)}${prefix ? ` ${prefix}` : ""}`;
}

export function watts(value: number): string {
  const { value: left, prefix } = scaled(value, 1000, decimal);
  return `${upTo(left, 4)} ${prefix}W`;
}
