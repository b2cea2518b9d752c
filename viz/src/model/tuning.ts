// NCCL's own choice beside what is simulated, as polyplane tune prints it.

import type { Recording, TuneReport, TuneReport_Candidate, TuneReport_Row } from "../schema";

export interface TunedPoint {
  sizeBytes: number;
  timePs: number; // simulated
  tablePs: number; // by NCCL's own table
  how: string; // "Ring LL128"
}

export interface Tuning {
  collective: string;
  report: TuneReport;
  rows: readonly TuneReport_Row[];
  // A line for each algorithm and protocol, in order of first use; sizes that could not be simulated are not on it.
  lines: { how: string; points: TunedPoint[] }[];
  chosen: TunedPoint[]; // by NCCL, where its choice was simulated
}

export function howOf(candidate: TuneReport_Candidate | undefined): string {
  return candidate ? [candidate.algorithm, candidate.protocol].filter((word) => word !== "").join(" ") : "";
}

export function timeUsOf(candidate: TuneReport_Candidate | undefined): number | null {
  return candidate?.timeUs?.kind.case === "numberValue" ? candidate.timeUs.kind.value : null;
}

export function tunings(recordings: readonly Recording[]): Tuning[] {
  return recordings.flatMap(({ result }) => {
    if (result.case !== "tune") return [];
    const report = result.value;
    const collectives = [...new Set(report.results.map((row) => row.collective))];
    return collectives.map((collective) => tuningOf(report, collective));
  });
}

function tuningOf(report: TuneReport, collective: string): Tuning {
  const rows = report.results.filter((row) => row.collective === collective).sort((a, b) => a.sizeBytes - b.sizeBytes);
  const point = (row: TuneReport_Row, candidate: TuneReport_Candidate | undefined): TunedPoint[] => {
    const timeUs = timeUsOf(candidate);
    if (timeUs === null || row.sizeBytes <= 0) return [];
    return [{ sizeBytes: row.sizeBytes, timePs: timeUs * 1e6, tablePs: (candidate?.tableUs ?? 0) * 1e6, how: howOf(candidate) }];
  };
  const lines = new Map<string, TunedPoint[]>();
  for (const row of rows) {
    for (const one of row.candidates.flatMap((candidate) => point(row, candidate))) {
      const line = lines.get(one.how);
      if (line) line.push(one);
      else lines.set(one.how, [one]);
    }
  }
  return {
    collective,
    report,
    rows,
    lines: [...lines].map(([how, points]) => ({ how, points })),
    chosen: rows.flatMap((row) => point(row, row.nccl)),
  };
}
