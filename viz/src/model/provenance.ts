import type { Figure, Recording, ReportedCluster } from "../schema";

// Where a recording comes from, collected from wherever it stands.
export interface Provenance {
  name: string;
  version: string;
  schema: string;
  recordable: boolean; // --record of its command would have kept more
  commandLine: string; // as a shell takes it; empty: not known
  fingerprint: string;
  clusters: readonly ReportedCluster[];
  assumed: readonly string[];
  figures: readonly Figure[];
  leftOut: readonly string[];
  sources: readonly { role: string; name: string; text: string }[];
}

export function provenanceOf(recording: Recording): Provenance {
  const { result } = recording;
  const value = result.value;
  const clusters = result.case === "report" ? (result.value.cluster ? [result.value.cluster] : result.value.clusters) : [];
  return {
    name: recording.name,
    version: recording.version || (value?.version ?? ""),
    schema: value?.schema ?? "",
    recordable: result.case === undefined || ["report", "compare", "topo"].includes(result.case),
    commandLine: recording.commandLine.map(quoted).join(" "),
    fingerprint: value && "fingerprint" in value ? value.fingerprint : "",
    clusters,
    assumed: recording.assumed.length > 0 ? recording.assumed : assumedIn(recording, clusters),
    figures: recording.figures,
    leftOut: recording.leftOut,
    sources: recording.sources,
  };
}

function assumedIn(recording: Recording, clusters: readonly ReportedCluster[]): string[] {
  const { result } = recording;
  if (result.case === "report") return [...new Set(clusters.flatMap((cluster) => cluster.assumed))];
  if (result.case === "compare") return [...new Set(result.value.clusters.flatMap((cluster) => cluster.assumed))];
  if (result.case === "validate") return [...new Set(result.value.systems.flatMap((system) => system.assumed))];
  if (result.case === "topo" || result.case === "tune") return result.value.assumed;
  return [];
}

// For a POSIX shell.
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface FigureFilter {
  words: string; // every word must be somewhere in the row
  decidesTime: boolean; // only what decides times
}

export function filtered(figures: readonly Figure[], filter: FigureFilter): Figure[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return figures.filter((figure) => {
    if (filter.decidesTime && !figure.decidesTime) return false;
    const row = [figure.kind, figure.part, figure.field, figure.value, figure.source, figure.asOf, figure.confidence, figure.basis, figure.assumed]
      .join(" ")
      .toLowerCase();
    return words.every((word) => row.includes(word));
  });
}

// Figures of one part with the same source, in order of first use.
export interface FigureGroup {
  kind: string;
  part: string;
  source: string;
  url: string;
  asOf: string;
  confidence: string;
  figures: Figure[];
}

export function bySource(figures: readonly Figure[]): FigureGroup[] {
  const groups = new Map<string, FigureGroup>();
  for (const figure of figures) {
    const { kind, part, source, url, asOf, confidence } = figure;
    const key = JSON.stringify([kind, part, source, url, asOf, confidence]);
    const group = groups.get(key);
    if (group) group.figures.push(figure);
    else groups.set(key, { kind, part, source, url, asOf, confidence, figures: [figure] });
  }
  return [...groups.values()];
}
