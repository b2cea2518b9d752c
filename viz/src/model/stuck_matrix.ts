// Utilisation as matrices: every link of one tier of a plane in one cell, or the tiers against each other. A matrix shows
// 100,000 links where lines would be a blob.

import { ACCELERATOR, NETWORK_SWITCH, NIC, type FabricGraph, type Load } from "./fabric_graph";

/** Which links: of one tier, in one plane (-1: of none), in one pod or in all (-1). */
export interface MatrixChoice {
  tier: number;
  plane: number;
  pod: number;
  /** "up": from the lower device; "down": to it. Links between devices of one level are shown whole under both. */
  direction: "up" | "down";
}

export interface LinkMatrix {
  /**
   * "crossed": rows and columns are devices. Where most pairs are not joined, "packed": a column is the n-th link of its row;
   * "across": the same with rows for columns, where that is the better use of a wide page.
   */
  form: "crossed" | "packed" | "across";
  rows: Uint32Array; // devices; across: 0, 1, 2, ...
  columns: Uint32Array; // devices; packed: 0, 1, 2, ...
  /** By row * columns.length + column: the most utilised link of the cell; -1: there is none. */
  link: Int32Array;
  /** Links of the cell. */
  parallel: Uint16Array;
  /** All links shown. */
  count: number;
  level: boolean; // links join devices of one level
}

/** Crossed where at least this share of the cells has links. */
const DENSE = 1 / 3;

function chosen(graph: FabricGraph, choice: MatrixChoice): { links: number[]; level: boolean } {
  const { links, devices } = graph;
  const found: number[] = [];
  let level = true;
  const inPod = (d: number): boolean => devices.pod[d] === choice.pod;
  for (let l = 0; l < links.count; l++) {
    if (links.tier[l] !== choice.tier || links.plane[l] !== choice.plane) continue;
    const from = links.from[l]!;
    const to = links.to[l]!;
    if (choice.pod >= 0 && !inPod(from) && !inPod(to)) continue;
    const climb = graph.level(to) - graph.level(from);
    if (climb !== 0) level = false;
    if (climb === 0 || climb > 0 === (choice.direction === "up")) found.push(l);
  }
  return { links: found, level };
}

export function linkMatrix(graph: FabricGraph, load: Load | undefined, choice: MatrixChoice): LinkMatrix {
  const { links: shown, level } = chosen(graph, choice);
  const { links } = graph;
  const down = choice.direction === "down" && !level;
  const low = (l: number): number => (down ? links.to[l]! : links.from[l]!);
  const high = (l: number): number => (down ? links.from[l]! : links.to[l]!);
  const sorted = (of: (l: number) => number): Uint32Array => Uint32Array.from(new Set(shown.map(of))).sort();
  const lows = sorted(low);
  const highs = sorted(high);
  const crossed = shown.length >= DENSE * lows.length * highs.length;
  // Packed, a row is a device that has many links: the switch of its cards, the leaf of its pod.
  const byHigh = !crossed && highs.length < lows.length;
  const rows = byHigh ? highs : lows;
  const rowOf = new Map<number, number>();
  rows.forEach((d, r) => rowOf.set(d, r));
  const row = (l: number): number => rowOf.get(byHigh ? high(l) : low(l))!;

  let columns = highs;
  const place = new Uint32Array(shown.length);
  if (crossed) {
    const columnOf = new Map<number, number>();
    highs.forEach((d, c) => columnOf.set(d, c));
    shown.forEach((l, i) => (place[i] = columnOf.get(high(l))!));
  } else {
    const filled = new Uint32Array(rows.length);
    shown.forEach((l, i) => (place[i] = filled[row(l)]!++));
    columns = Uint32Array.from({ length: filled.reduce((a, b) => Math.max(a, b), 0) }, (_, c) => c);
  }
  const link = new Int32Array(rows.length * columns.length).fill(-1);
  const parallel = new Uint16Array(link.length);
  shown.forEach((l, i) => {
    const cell = row(l) * columns.length + place[i]!;
    parallel[cell]!++;
    const known = link[cell]!;
    if (known < 0 || (load && load.utilisation[l]! > load.utilisation[known]!)) link[cell] = l;
  });
  const matrix: LinkMatrix = { form: crossed ? "crossed" : "packed", rows, columns, link, parallel, count: shown.length, level };
  return !crossed && rows.length > 2 * columns.length ? across(matrix) : matrix;
}

function across(m: LinkMatrix): LinkMatrix {
  const [rows, columns] = [m.columns, m.rows];
  const link = m.link.map((_, i) => m.link[(i % columns.length) * rows.length + Math.floor(i / columns.length)]!);
  const parallel = m.parallel.map((_, i) => m.parallel[(i % columns.length) * rows.length + Math.floor(i / columns.length)]!);
  return { ...m, form: "across", rows, columns, link, parallel };
}

/** No device: between planes that stand side by side. */
export const NO_COLUMN = 0xffffffff;

/** Matrices of planes as one, with an empty column between them; rows are those of the first. */
export function sideBySide(matrices: readonly LinkMatrix[]): LinkMatrix {
  const rows = matrices[0]!.rows;
  const widths = matrices.map((m) => m.columns.length);
  const width = widths.reduce((n, w) => n + w, matrices.length - 1);
  const columns = new Uint32Array(width).fill(NO_COLUMN);
  const link = new Int32Array(rows.length * width).fill(-1);
  const parallel = new Uint16Array(link.length);
  let at = 0;
  matrices.forEach((m, i) => {
    columns.set(m.columns, at);
    for (let r = 0; r < rows.length; r++) {
      const from = r * widths[i]!;
      link.set(m.link.subarray(from, from + widths[i]!), r * width + at);
      parallel.set(m.parallel.subarray(from, from + widths[i]!), r * width + at);
    }
    at += widths[i]! + 1;
  });
  const { form, level } = matrices[0]!;
  return { form, rows, columns, link, parallel, count: matrices.reduce((n, m) => n + m.count, 0), level };
}

/** Kinds of devices by height: cards, NICs, scale-up switches, then switches by tier. */
export interface DeviceClass {
  kind: number;
  tier: number; // of network switches
}

export function classOf(graph: FabricGraph, device: number): DeviceClass {
  const kind = graph.devices.kind[device]!;
  return { kind, tier: kind === NETWORK_SWITCH ? graph.devices.tier[device]! : 0 };
}

export interface TierCell {
  links: number;
  down: number;
  bytes: number;
  mean: number; // of links that are up, by capacity; NaN where none is or nothing was recorded
  most: number;
  mostLink: number; // -1: none
}

/** Adds links up into cells by key. */
class Sums {
  private readonly sums = new Map<number, { cell: TierCell; capacity: number; used: number }>();

  constructor(
    private readonly graph: FabricGraph,
    private readonly load: Load | undefined,
  ) {}

  add(key: number, l: number): void {
    let sum = this.sums.get(key);
    if (!sum) {
      sum = { cell: { links: 0, down: 0, bytes: 0, mean: NaN, most: NaN, mostLink: -1 }, capacity: 0, used: 0 };
      this.sums.set(key, sum);
    }
    const { cell } = sum;
    cell.links++;
    if (!this.graph.isUp(l)) {
      cell.down++;
      return;
    }
    if (!this.load) return;
    const used = this.load.utilisation[l]!;
    const rate = this.graph.links.rate[l]!;
    cell.bytes += this.load.bytes[l]!;
    sum.capacity += rate;
    sum.used += rate * used;
    if (cell.mostLink < 0 || used > cell.most) {
      cell.most = used;
      cell.mostLink = l;
    }
  }

  cell(key: number): TierCell | undefined {
    const sum = this.sums.get(key);
    if (sum && sum.capacity > 0) sum.cell.mean = sum.used / sum.capacity;
    return sum?.cell;
  }
}

export interface TierMatrix {
  classes: DeviceClass[];
  cells: (TierCell | undefined)[]; // from * classes.length + to
}

/** All links from one class of devices to another; `plane` undefined: of all planes. */
export function tierMatrix(graph: FabricGraph, load: Load | undefined, plane: number | undefined): TierMatrix {
  const { links } = graph;
  const classes = new Map<number, DeviceClass>();
  const classKey = (d: number): number => {
    const c = classOf(graph, d);
    const key = c.kind === ACCELERATOR ? 0 : c.kind === NIC ? 1 : c.kind === NETWORK_SWITCH ? 3 + c.tier : 2;
    if (!classes.has(key)) classes.set(key, c);
    return key;
  };
  const sums = new Sums(graph, load);
  const many = 1 << 20;
  for (let l = 0; l < links.count; l++)
    if (plane === undefined || links.plane[l] === plane) sums.add(classKey(links.from[l]!) * many + classKey(links.to[l]!), l);
  const keys = [...classes.keys()].sort((a, b) => a - b);
  return {
    classes: keys.map((k) => classes.get(k)!),
    cells: keys.flatMap((from) => keys.map((to) => sums.cell(from * many + to))),
  };
}

export interface PlaneMatrix {
  tiers: number[]; // rows: indices into tierNames
  planes: number[]; // columns; -1: of no plane
  cells: (TierCell | undefined)[];
}

/** Tiers of links against planes. */
export function planeMatrix(graph: FabricGraph, load: Load | undefined): PlaneMatrix {
  const { links } = graph;
  const sums = new Sums(graph, load);
  const tiers = graph.tierNames.map((_, t) => t);
  const planes = graph.planes();
  const column = new Map(planes.map((p, c) => [p, c]));
  for (let l = 0; l < links.count; l++) sums.add(links.tier[l]! * planes.length + column.get(links.plane[l]!)!, l);
  return { tiers, planes, cells: tiers.flatMap((t) => planes.map((_, c) => sums.cell(t * planes.length + c))) };
}
