// What was compared or swept as one table: parameters, then figures. Keys are those of the JSON.

import type { Value } from "@bufbuild/protobuf/wkt";
import type { CompareReport, Recording, Report, SweepReport } from "../schema";
import { isWork } from "./sweep_work";

export type Unit = "text" | "count" | "bytes" | "us" | "GBps" | "usd" | "watt" | "joule" | "number";

export interface TableColumn {
  key: string;
  unit: Unit;
  /** Varied by whoever asked; the others are answers. */
  parameter: boolean;
  better: "less" | "more" | "neither";
}

export type TableCell = string | number | null;

export interface TableRow {
  cells: TableCell[];
  /** By column: how the sweep writes a value ("8 MiB"), where the number alone would not say it. */
  texts?: (string | undefined)[];
  /** Why there are no figures. */
  error?: string;
}

export interface ResultTable {
  kind: "compare" | "sweep" | "report" | "steps";
  columns: TableColumn[];
  rows: TableRow[];
  /** Columns that say what is to be done rather than by what: only rows of the same work can beat each other. */
  work: number[];
}

function figure(value: Value | undefined): number | null {
  return value?.kind.case === "numberValue" ? value.kind.value : null;
}

const parameter = (key: string, unit: Unit): TableColumn => ({ key, unit, parameter: true, better: "neither" });
const less = (key: string, unit: Unit): TableColumn => ({ key, unit, parameter: false, better: "less" });
const more = (key: string, unit: Unit): TableColumn => ({ key, unit, parameter: false, better: "more" });
const plain = (key: string, unit: Unit): TableColumn => ({ key, unit, parameter: false, better: "neither" });

function columnsOf(columns: readonly TableColumn[], keys: readonly string[]): number[] {
  return keys.map((key) => columns.findIndex((c) => c.key === key));
}

function compareTable(reports: readonly CompareReport[]): ResultTable {
  const columns = [
    parameter("cluster", "text"),
    parameter("workload", "text"),
    parameter("ranks", "count"),
    less("time_us", "us"),
    less("fastest_time_us", "us"),
    less("slowest_time_us", "us"),
    plain("lower_bound_us", "us"),
    plain("algorithm", "text"),
    plain("bottleneck", "text"),
    less("network_cost_usd", "usd"),
    less("network_cost_per_endpoint_usd", "usd"),
    less("network_power_w", "watt"),
    less("system_cost_usd", "usd"),
    less("system_power_w", "watt"),
    less("network_usd", "usd"),
    less("network_joules", "joule"),
    less("system_usd", "usd"),
    less("system_joules", "joule"),
    plain("endpoints", "count"),
  ];
  const rows = reports.flatMap((report) => {
    const clusters = new Map(report.clusters.map((c) => [c.name, c]));
    return report.results.map((row): TableRow => {
      const cluster = clusters.get(row.cluster);
      const distinct = (of: (c: (typeof row.collectives)[number]) => string): string =>
        [...new Set(row.collectives.map(of))].filter((s) => s !== "").join(", ");
      return {
        cells: [
          row.cluster,
          row.workload,
          row.ranks,
          row.timeUs,
          row.fastestTimeUs,
          row.slowestTimeUs,
          row.lowerBoundUs,
          distinct((c) => c.algorithm),
          distinct((c) => c.bottleneck),
          figure(cluster?.network?.costUsd),
          figure(cluster?.network?.costPerEndpointUsd),
          figure(cluster?.network?.powerW),
          figure(cluster?.system?.costUsd),
          figure(cluster?.system?.powerW),
          figure(row.networkUsd),
          figure(row.networkJoules),
          figure(row.systemUsd),
          figure(row.systemJoules),
          cluster ? cluster.endpoints : null,
        ],
      };
    });
  });
  return { kind: "compare", columns, rows, work: columnsOf(columns, ["workload", "ranks"]) };
}

const unitOfVariable: Readonly<Record<string, Unit>> = { B: "bytes", USD: "usd", W: "watt" };

/** Sweeps with other variables than the first are left out of its table and get one of their own. */
function sweepTable(reports: readonly SweepReport[]): ResultTable {
  const variables = reports[0]?.variables ?? [];
  const isText = (key: string): boolean =>
    reports.some((r) => r.variables.some((v) => v.key === key && v.values.some((x) => figure(x.number) === null)));
  const columns = [
    ...variables.map((v) => parameter(v.key, isText(v.key) ? "text" : (unitOfVariable[v.unit] ?? "number"))),
    plain("cluster", "text"),
    plain("endpoints", "count"),
    plain("algorithm", "text"),
    less("time_us", "us"),
    more("algbw_GBps", "GBps"),
    more("busbw_GBps", "GBps"),
    plain("lower_bound_us", "us"),
    less("network_cost_usd", "usd"),
    less("system_cost_usd", "usd"),
    less("network_power_w", "watt"),
    less("system_power_w", "watt"),
    plain("state", "text"),
    plain("error", "text"),
  ];
  const rows = reports.flatMap((report) =>
    report.points.map((point): TableRow => {
      const values = report.variables.map((v, i) => v.values[point.values[i] ?? -1]);
      return {
        cells: [
          ...values.map((v, i) => (columns[i]!.unit === "text" ? (v?.text ?? null) : figure(v?.number))),
          point.cluster,
          figure(point.endpoints),
          point.algorithm,
          figure(point.timeUs),
          figure(point.algbwGBps),
          figure(point.busbwGBps),
          figure(point.lowerBoundUs),
          figure(point.networkCostUsd),
          figure(point.systemCostUsd),
          figure(point.networkPowerW),
          figure(point.systemPowerW),
          point.state,
          point.error,
        ],
        texts: values.map((v) => v?.text),
        ...(point.error !== "" && { error: point.error }),
      };
    }),
  );
  const work = columns.flatMap((c, i) => (c.parameter && isWork(c.key) ? [i] : []));
  return { kind: "sweep", columns, rows, work };
}

function reportTable(recordings: readonly { name: string; report: Report }[]): ResultTable {
  const columns = [
    parameter("recording", "text"),
    parameter("cluster", "text"),
    parameter("collective", "text"),
    parameter("size_bytes", "bytes"),
    parameter("ranks", "count"),
    parameter("model", "text"),
    plain("algorithm", "text"),
    less("time_us", "us"),
    more("algbw_GBps", "GBps"),
    more("busbw_GBps", "GBps"),
    plain("lower_bound_us", "us"),
    plain("bottleneck", "text"),
  ];
  const rows = recordings.flatMap(({ name, report }) =>
    report.results.map((r): TableRow => ({
      cells: [
        name,
        r.cluster || (report.cluster?.name ?? ""),
        r.collective,
        r.sizeBytes,
        r.ranks,
        r.model,
        r.algorithm,
        r.timeUs,
        r.algbwGBps,
        r.busbwGBps,
        r.lowerBoundUs,
        r.bottleneck,
      ],
    })),
  );
  return { kind: "report", columns, rows, work: columnsOf(columns, ["collective", "size_bytes", "ranks"]) };
}

/** Training and inference steps, and traces. */
function stepTable(recordings: readonly { name: string; report: Report }[]): ResultTable {
  const columns = [
    parameter("recording", "text"),
    parameter("cluster", "text"),
    parameter("step", "text"),
    parameter("cards", "count"),
    less("time_us", "us"),
    less("exposed_us", "us"),
    more("tokens_per_second", "number"),
    more("mfu_causal", "number"),
  ];
  const waited = (labels: readonly { movingPs: number; waitingPs: number }[]): number =>
    labels.reduce((sum, one) => sum + one.movingPs + one.waitingPs, 0) / 1e6;
  const rows = recordings.flatMap(({ name, report }) => [
    ...report.steps.map((s): TableRow => ({
      cells: [name, s.cluster, s.name || s.model, s.cards, s.timePs / 1e6, waited(s.exposed), s.tokensPerSecond, s.training?.mfuCausal ?? null],
    })),
    ...report.programs.map((p): TableRow => ({ cells: [name, p.cluster, p.name, p.cards, p.timePs / 1e6, waited(p.labels), null, null] })),
  ]);
  return { kind: "steps", columns, rows, work: columnsOf(columns, ["step"]) };
}

// Several results, or one on several clusters.
function isSeveral(recordings: readonly unknown[], clusters: readonly string[]): boolean {
  return recordings.length > 1 || new Set(clusters).size > 1;
}

/**
 * One table for comparisons, one for each set of swept variables, one for collectives and one for steps of several
 * reports, or of one on several clusters, beside each other.
 */
export function resultTables(recordings: readonly Recording[]): ResultTable[] {
  const compares: CompareReport[] = [];
  const sweeps = new Map<string, SweepReport[]>();
  const reports: { name: string; report: Report }[] = [];
  const steps: { name: string; report: Report }[] = [];
  for (const recording of recordings) {
    const { result } = recording;
    if (result.case === "compare") compares.push(result.value);
    if (result.case === "report" && result.value.results.length > 0)
      reports.push({ name: recording.name, report: result.value });
    if (result.case === "report" && result.value.steps.length + result.value.programs.length > 0)
      steps.push({ name: recording.name, report: result.value });
    if (result.case === "sweep") {
      const key = JSON.stringify(result.value.variables.map((v) => [v.key, v.unit]));
      const list = sweeps.get(key);
      if (list) list.push(result.value);
      else sweeps.set(key, [result.value]);
    }
  }
  return [
    ...(compares.length > 0 ? [compareTable(compares)] : []),
    ...[...sweeps.values()].map(sweepTable),
    ...(isSeveral(reports, reports.flatMap(({ report }) => report.results.map((r) => r.cluster))) ? [reportTable(reports)] : []),
    ...(isSeveral(steps, steps.flatMap(({ report }) => [...report.steps, ...report.programs].map((s) => s.cluster))) ? [stepTable(steps)] : []),
  ];
}

/** Rows by their work, in the order of the table. */
export function byWork(table: ResultTable, rows: readonly TableRow[]): { rows: TableRow[]; first: TableRow }[] {
  const works = new Map<string, { rows: TableRow[]; first: TableRow }>();
  for (const row of rows) {
    const key = JSON.stringify(table.work.map((c) => row.cells[c]));
    const work = works.get(key);
    if (work) work.rows.push(row);
    else works.set(key, { rows: [row], first: row });
  }
  return [...works.values()];
}

/** Compares cells of one column; nothing goes last either way. */
export function sortRows(rows: readonly TableRow[], column: number, descending: boolean): TableRow[] {
  const sign = descending ? -1 : 1;
  const at = new Map(rows.map((row, i) => [row, i]));
  return [...rows].sort((x, y) => {
    const a = x.cells[column] ?? null;
    const b = y.cells[column] ?? null;
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0) || at.get(x)! - at.get(y)!;
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
    return sign * order || at.get(x)! - at.get(y)!;
  });
}
