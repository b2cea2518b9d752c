import type { Attribution, CollectiveResult, ProgramResult, Recording, StepResult } from "../schema";

// Where a time went. `part` says of what kind, `owner` of whom: a tier of links, or a label of a step ("ep dispatch").
export type Part =
  | "launch"
  | "software"
  | "waiting"
  | "latency"
  | "serialisation"
  | "contention"
  | "overlap"
  | "busy"
  | "compute"
  | "communication"
  | "moving"
  | "notSent"
  | "idle";

export interface Segment {
  part: Part;
  owner: string;
  ps: number;
}

export interface Bar {
  name: { sizeBytes?: number; algorithm?: string; job?: string; what?: "meanCard" | "criticalPath" };
  totalPs: number;
  segments: Segment[]; // they sum to the total; none is zero
}

export interface BarSet {
  id: string; // "step-0-1": of what kind, of which recording, and which of it
  fromRecording: number; // index into the recordings
  key: string; // the id within its recording
  subject: { collective?: string; step?: string; program?: string; cluster: string; ranks: number; recording: string };
  bars: Bar[];
  left: number; // sizes of whose time no parts were recorded
}

// Every result that says where its time went: collectives by (recording, job, cluster, collective, ranks), one bar a size;
// steps and programs with two bars, of a mean card (actor) and of the critical path.
export function barSets(recordings: readonly Recording[]): BarSet[] {
  return recordings.flatMap((recording, index) => {
    const report = recording.result.case === "report" ? recording.result.value : undefined;
    const compared = recording.result.case === "compare" ? recording.result.value.results : [];
    const rows = report
      ? report.results.map((result) => ({ result, cluster: result.cluster || (report.cluster?.name ?? "") }))
      : compared.flatMap((row) => row.collectives.map((result) => ({ result, cluster: row.cluster })));
    return [
      ...ofCollectives(rows, recording.name, index),
      ...(report?.steps ?? []).map((step, i) => ofStep(step, recording.name, named("step", index, i))),
      ...(report?.programs ?? []).map((program, i) => ofProgram(program, recording.name, named("program", index, i))),
    ];
  });
}

type Named = Pick<BarSet, "id" | "fromRecording" | "key">;

function named(kind: string, fromRecording: number, place: number): Named {
  return { id: `${kind}-${fromRecording}-${place}`, fromRecording, key: `${kind}-${place}` };
}

function ofCollectives(rows: readonly { result: CollectiveResult; cluster: string }[], recording: string, index: number): BarSet[] {
  const sets = new Map<string, BarSet>();
  for (const { result, cluster } of rows) {
    const key = JSON.stringify([cluster, result.collective, result.ranks, result.job]);
    let set = sets.get(key);
    if (!set) {
      set = {
        ...named("collective", index, sets.size),
        subject: { collective: result.collective, cluster, ranks: result.ranks, recording },
        bars: [],
        left: 0,
      };
      sets.set(key, set);
    }
    if (!result.attribution) {
      set.left += 1;
      continue;
    }
    const job = result.job === "" ? {} : { job: result.job };
    set.bars.push({
      name: { sizeBytes: result.sizeBytes, algorithm: result.algorithm, ...job },
      totalPs: result.timePs,
      segments: ofAttribution(result.attribution),
    });
  }
  return [...sets.values()].filter((set) => set.bars.length > 0);
}

export function ofAttribution(attribution: Attribution): Segment[] {
  const tiers = attribution.tiers.flatMap((tier): Segment[] => [
    { part: "serialisation", owner: tier.tier, ps: tier.serialisationPs },
    { part: "contention", owner: tier.tier, ps: tier.contentionPs },
    { part: "latency", owner: tier.tier, ps: tier.latencyPs },
  ]);
  return present([
    { part: "launch", owner: "", ps: attribution.launchPs },
    { part: "software", owner: "", ps: attribution.softwarePs },
    { part: "waiting", owner: "", ps: attribution.waitingPs },
    ...tiers,
  ]);
}

function ofStep(step: StepResult, recording: string, name: Named): BarSet {
  return {
    ...name,
    subject: { step: step.name || step.model, cluster: step.cluster, ranks: step.cards, recording },
    left: 0,
    bars: [
      {
        name: { what: "meanCard" },
        totalPs: step.timePs,
        segments: present([
          { part: "busy", owner: "", ps: step.busyPs },
          ...step.exposed.flatMap((exposed): Segment[] => [
            { part: "moving", owner: exposed.label, ps: exposed.movingPs },
            { part: "notSent", owner: exposed.label, ps: exposed.waitingPs },
          ]),
          { part: "idle", owner: "", ps: step.idlePs },
        ]),
      },
      {
        name: { what: "criticalPath" },
        totalPs: step.timePs,
        segments: present(
          step.criticalPath.flatMap((part): Segment[] => [
            { part: "compute", owner: part.label, ps: part.computePs },
            { part: "communication", owner: part.label, ps: part.communicationPs },
          ]),
        ),
      },
    ],
  };
}

function ofProgram(program: ProgramResult, recording: string, name: Named): BarSet {
  const bars: Bar[] = [
    {
      name: { what: "meanCard" },
      totalPs: program.timePs,
      segments: present([
        { part: "busy", owner: "", ps: program.busyPs },
        ...program.labels.flatMap((label): Segment[] => [
          { part: "moving", owner: label.label, ps: label.movingPs },
          { part: "notSent", owner: label.label, ps: label.waitingPs },
        ]),
        { part: "idle", owner: "", ps: program.idlePs },
      ]),
    },
    {
      name: { what: "criticalPath" },
      totalPs: program.timePs,
      segments: present(onPath(program)),
    },
  ];
  return {
    ...name,
    subject: { program: program.name, cluster: program.cluster, ranks: program.cards, recording },
    left: 0,
    bars,
  };
}

// With --explain the communication on the path is told apart by tier; without, by label.
function onPath(program: ProgramResult): Segment[] {
  const compute = program.labels.map((label): Segment => ({ part: "compute", owner: label.label, ps: label.computePs }));
  if (program.communication) {
    return [...compute, ...ofAttribution(program.communication), { part: "overlap", owner: "", ps: program.overlapPs }];
  }
  return [
    ...compute,
    ...program.labels.map((label): Segment => ({ part: "communication", owner: label.label, ps: label.communicationPs })),
  ];
}

function present(segments: readonly Segment[]): Segment[] {
  return segments.filter((segment) => segment.ps > 0);
}

// Owners of communication, and of nothing but compute, in order of first use over all bars: for colours.
export function ownersOf(set: BarSet): { communication: string[]; compute: string[] } {
  const segments = set.bars.flatMap((bar) => bar.segments).filter((segment) => segment.owner !== "");
  const communication = [...new Set(segments.filter((segment) => segment.part !== "compute").map((segment) => segment.owner))];
  const compute = [...new Set(segments.map((segment) => segment.owner))].filter((owner) => !communication.includes(owner));
  return { communication, compute };
}
