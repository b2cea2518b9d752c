// The runs of all recordings in view, and what each of them ran.

import type { CollectiveResult, Recording } from "../schema";

export interface RunRef {
  recording: Recording;
  run: number; // into Recording.runs
}

/** One thing that ran: names are text of the recording. */
export interface RunPart {
  name: string; // collective, or name of the flow, step or program
  sizeBytes: number; // 0: it has none
  algorithm: string;
  ranks: number;
}

export function runsOf(recordings: readonly Recording[], wanted: (run: Recording["runs"][number]) => boolean): RunRef[] {
  return recordings.flatMap((recording) =>
    recording.runs.flatMap((view, run) => (wanted(view) && view.fabric < recording.fabrics.length ? [{ recording, run }] : [])),
  );
}

/** Of the run that was chosen; of the last where none was, or where it is no longer among them. */
export function placeOfRun(runs: readonly RunRef[], chosen: RunRef | null): number {
  const at = chosen ? runs.findIndex(({ recording, run }) => recording === chosen.recording && run === chosen.run) : -1;
  return at < 0 ? runs.length - 1 : at;
}

function collectives(recording: Recording): readonly CollectiveResult[] {
  const { result } = recording;
  if (result.case === "report") return result.value.results;
  if (result.case === "compare") return result.value.results.flatMap((row) => row.collectives);
  return [];
}

export function partsOf({ recording, run }: RunRef): RunPart[] {
  const view = recording.runs[run];
  if (!view) return [];
  const report = recording.result.case === "report" ? recording.result.value : undefined;
  const rows = collectives(recording);
  const named = (list: readonly { name: string }[] | undefined, indices: readonly number[]): RunPart[] =>
    indices.flatMap((i) => (list?.[i] ? [{ name: list[i].name, sizeBytes: 0, algorithm: "", ranks: 0 }] : []));
  return [
    ...view.results.flatMap((i) => {
      const row = rows[i];
      if (!row) return [];
      return [{ name: row.collective, sizeBytes: row.sizeBytes, algorithm: row.algorithm, ranks: row.ranks }];
    }),
    ...named(report?.steps, view.steps),
    ...named(report?.programs, view.programs),
    ...named(report?.flows, view.flows),
  ];
}
