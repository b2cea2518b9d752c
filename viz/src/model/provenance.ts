import type { Figure, Recording, ReportedCluster } from "../schema";
import { assumedOf } from "./assumed";

export interface Fingerprint {
  of: string; // the step or trace; empty: all results
  text: string;
}

// Where a recording comes from, collected from wherever it stands.
export interface Provenance {
  name: string;
  version: string;
  schema: string;
  recordable: boolean; // --record of its command would have kept more
  commandLine: string; // as a shell takes it; empty: not known
  fingerprints: Fingerprint[]; // those that the command prints; none of a result without times
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
    fingerprints: fingerprintsOf(recording),
    clusters,
    assumed: assumedOf(recording),
    figures: recording.figures,
    leftOut: recording.leftOut,
    sources: recording.sources,
  };
}

// Steps and traces print one each; whatever else a command prints has one for all.
function fingerprintsOf({ result }: Recording): Fingerprint[] {
  const { value } = result;
  const all = value && "fingerprint" in value ? value.fingerprint : "";
  if (result.case !== "report") return all === "" ? [] : [{ of: "", text: all }];
  const { steps, programs, clusters } = result.value;
  const where = (cluster: string) => (clusters.length > 1 && cluster !== "" ? ` (${cluster})` : "");
  const each = [
    ...steps.map((step) => ({ of: (step.name || step.model) + where(step.cluster), text: step.fingerprint })),
    ...programs.map((program) => ({ of: program.name + where(program.cluster), text: program.fingerprint })),
  ].filter(({ text }) => text !== "");
  const hasRows = result.value.results.length > 0 || result.value.flows.length > 0 || each.length === 0;
  return hasRows && all !== "" ? [{ of: "", text: all }, ...each] : each;
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
  assumed: boolean; // no source states any of them
  figures: Figure[];
}

export function bySource(figures: readonly Figure[]): FigureGroup[] {
  const groups = new Map<string, FigureGroup>();
  for (const figure of figures) {
    const { kind, part, source, url, asOf, confidence } = figure;
    const assumed = figure.assumed !== "" && source === "";
    const key = JSON.stringify([kind, part, source, url, asOf, confidence, assumed]);
    const group = groups.get(key);
    if (group) group.figures.push(figure);
    else groups.set(key, { kind, part, source, url, asOf, confidence, assumed, figures: [figure] });
  }
  return [...groups.values()];
}
