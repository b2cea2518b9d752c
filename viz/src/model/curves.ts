import type { CollectiveResult, Recording } from "../schema";

// One collective at one size, as the curves need it.
export interface ResultPoint {
  sizeBytes: number;
  timePs: number;
  timeUs: number; // as printed
  busbwGBps: number;
  algbwGBps: number;
  boundUs: number | null; // nothing can be faster
  fastestPs: number | null; // with uncertain figures at their best and worst
  slowestPs: number | null;
  algorithm: string;
  protocol: string;
  fromRecording: number; // index into the recordings, and of the result in it; -1: a measurement
  result: number;
}

// What all points of a line have in common. Empty: they differ, or it is not stated.
export interface LineAttributes {
  recording: string;
  cluster: string;
  routing: string;
  stack: string;
  model: string;
  ranks: string;
  job: string;
  algorithm: string;
  protocol: string;
  faults: string;
}

export interface ResultLine {
  attributes: LineAttributes;
  measured: boolean;
  points: ResultPoint[]; // by size, ascending; one a size
}

// What a line is, whatever stands beside it: no two lines of a group have the same.
export function lineKey({ attributes, measured }: ResultLine): string {
  return JSON.stringify([measured, ...Object.values(attributes)]);
}

// All lines of one collective: what can be compared in one figure.
export interface CurveGroup {
  collective: string;
  lines: ResultLine[];
}

interface Row {
  collective: string;
  attributes: LineAttributes;
  point: ResultPoint;
}

// Results of reports and of comparisons, and measurements, by collective in the order in which they come.
export function curveGroups(recordings: readonly Recording[]): CurveGroup[] {
  const rows = recordings.flatMap(rowsOf);
  const measured = recordings.flatMap(measurementsOf);
  const collectives = [...new Set([...rows, ...measured].map((row) => row.collective))];
  return collectives
    .map((collective) => ({
      collective,
      lines: [
        ...linesOf(rows.filter((row) => row.collective === collective), false),
        ...linesOf(measured.filter((row) => row.collective === collective), true),
      ],
    }))
    .filter((group) => group.lines.some((line) => line.points.length > 1));
}

function rowsOf(recording: Recording, fromRecording: number): Row[] {
  const bands = new Map(recording.bands.map((band) => [band.result, band]));
  const row = (result: CollectiveResult, index: number, settings: Partial<LineAttributes>): Row => {
    const band = bands.get(index);
    return {
      collective: result.collective,
      attributes: {
        recording: recording.name,
        cluster: result.cluster,
        routing: "",
        stack: "",
        model: result.model,
        ranks: String(result.ranks),
        job: result.job,
        algorithm: result.algorithm,
        protocol: result.protocol,
        faults: "",
        ...settings,
      },
      point: {
        sizeBytes: result.sizeBytes,
        timePs: result.timePs,
        timeUs: result.timeUs,
        busbwGBps: result.busbwGBps,
        algbwGBps: result.algbwGBps,
        boundUs: result.lowerBoundUs > 0 ? result.lowerBoundUs : null,
        fastestPs: band?.fastestPs ?? null,
        slowestPs: band?.slowestPs ?? null,
        algorithm: result.algorithm,
        protocol: result.protocol,
        fromRecording,
        result: index,
      },
    };
  };
  if (recording.result.case === "report") {
    const report = recording.result.value;
    const clusters = report.cluster ? [report.cluster] : report.clusters;
    return report.results.map((result, index) => {
      const cluster = clusters.find((one) => one.name === result.cluster) ?? clusters[0];
      return row(result, index, {
        cluster: result.cluster || (cluster?.name ?? ""),
        routing: cluster?.routing ?? "",
        stack: cluster?.stack ?? "",
        faults: cluster?.faults.join(", ") ?? "",
      });
    });
  }
  if (recording.result.case === "compare") {
    const { stack, results } = recording.result.value;
    return results
      .flatMap((one) => one.collectives.map((result) => ({ result, cluster: one.cluster })))
      .map(({ result, cluster }, index) => row(result, index, { cluster, stack }));
  }
  return [];
}

function measurementsOf(recording: Recording): Row[] {
  return recording.measured.map((measured) => ({
    collective: measured.collective,
    attributes: {
      recording: measured.source,
      cluster: "",
      routing: "",
      stack: "",
      model: "",
      ranks: measured.ranks > 0 ? String(measured.ranks) : "",
      job: "",
      algorithm: measured.algorithm,
      protocol: "",
      faults: "",
    },
    point: {
      sizeBytes: measured.sizeBytes,
      timePs: measured.timeUs * 1e6,
      timeUs: measured.timeUs,
      busbwGBps: measured.busbwGBps,
      algbwGBps: measured.algbwGBps,
      boundUs: null,
      fastestPs: null,
      slowestPs: null,
      algorithm: measured.algorithm,
      protocol: "",
      fromRecording: -1,
      result: -1,
    },
  }));
}

// Rows of one setting are a line. Algorithm, protocol and job part it where a size would come twice: with `auto` they may
// change along one line, in an experiment they are lines of their own.
function linesOf(rows: readonly Row[], measured: boolean): ResultLine[] {
  const always: readonly (keyof LineAttributes)[] = ["recording", "cluster", "routing", "stack", "model", "ranks", "faults"];
  const ifNeeded: readonly (keyof LineAttributes)[] = ["job", "algorithm", "protocol"];
  let groups = [...groupBy(rows, always).values()];
  for (const key of ifNeeded) {
    groups = groups.flatMap((group) => (sizesRepeat(group) ? [...groupBy(group, [key]).values()] : [group]));
  }
  return groups.map((group) => ({ attributes: shared(group), measured, points: pointsOf(group) }));
}

function groupBy(rows: readonly Row[], keys: readonly (keyof LineAttributes)[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((name) => row.attributes[name]));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

// Sizes too small for their ranks all count as zero bytes; they do not part a line.
function sizesRepeat(rows: readonly Row[]): boolean {
  const sizes = rows.map((row) => row.point.sizeBytes).filter((size) => size > 0);
  return new Set(sizes).size < sizes.length;
}

// The first of rows that are alike in everything but their place in the experiment stands for all.
function pointsOf(rows: readonly Row[]): ResultPoint[] {
  const bySize = new Map<number, ResultPoint>();
  for (const { point } of rows) if (!bySize.has(point.sizeBytes)) bySize.set(point.sizeBytes, point);
  return [...bySize.values()].sort((a, b) => a.sizeBytes - b.sizeBytes);
}

function shared(rows: readonly Row[]): LineAttributes {
  const first = rows[0]?.attributes;
  if (!first) throw new Error("a line has no rows");
  const attributes = { ...first };
  for (const key of Object.keys(attributes) as (keyof LineAttributes)[]) {
    if (rows.some((row) => row.attributes[key] !== first[key])) attributes[key] = "";
  }
  return attributes;
}

// Which attributes tell the lines of a figure apart. The name of a recording only where nothing else does.
export function telling(lines: readonly ResultLine[]): (keyof LineAttributes)[] {
  const keys: readonly (keyof LineAttributes)[] = ["cluster", "job", "ranks", "routing", "stack", "model", "algorithm", "protocol", "faults"];
  const simulated = lines.filter((line) => !line.measured);
  const differing = keys.filter((key) => new Set(simulated.map((line) => line.attributes[key])).size > 1);
  const labels = simulated.map((line) => JSON.stringify(differing.map((key) => line.attributes[key])));
  return new Set(labels).size < simulated.length ? [...differing, "recording"] : differing;
}
