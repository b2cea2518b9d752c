import type { Attribution, CollectiveResult, ExchangeResult, ProgramResult, Recording, ReportedCluster, Sensitivity, Spread as SpreadMessage, StepResult } from "../schema";
import { ofAttribution, type Part, type Segment } from "./bars";
import { isWork } from "./sweep_work";

export interface Spread {
  fastestPs: number;
  slowestPs: number;
}

// The tier whose links hold up the communication of a critical path most; `share` is of that whole path.
export interface Binding {
  tier: string;
  share: number;
}

// What holds a collective up most: a tier by bytes and contention on its links, or what is no link: launch, software, waiting,
// latency. `share` is of the time; null where parts of the time were not recorded and the tier is that of the fullest link.
export interface Held {
  tier: string; // empty: a part
  part: Part | null;
  share: number | null;
}

// What moves the time most when it gets 10 % better; `change` is of the time, below zero is faster.
export interface Help {
  what: string;
  change: number;
}

export interface CollectiveAnswer {
  kind: "collective";
  collective: string;
  cluster: string;
  job: string;
  ranks: number;
  sizeBytes: number;
  timePs: number;
  timeUs: number;
  busbwGBps: number;
  algorithm: string;
  protocol: string;
  model: string;
  routing: string;
  stack: string;
  boundUs: number | null;
  boundReason: string;
  spread: Spread | null;
  spreadAsked: boolean; // with --band: no spread then means that no figure in use has a range
  held: Held | null; // null: nobody said
  largest: (Segment & { share: number }) | null; // part of the time
  helps: Help[]; // most first, only what helps
  asked: boolean; // whether what would help was worked out
  smallest: { sizeBytes: number; timePs: number } | null; // of the same line, where it has several sizes
  measured: { source: string; timeUs: number } | null; // at the same size
}

// What compute waits for most: communication of a label that is on its way, or that others have not sent yet.
export interface Waited {
  label: string;
  moving: boolean;
  share: number; // of the time
}

export interface StepAnswer {
  kind: "step";
  step: StepResult;
  busyShare: number;
  exposedShare: number; // communication that compute waited for, of the time
  largest: Waited | null; // of the exposed
  spread: Spread | null; // null: not asked; equal: no figure with a range decides
  binding: Binding | null;
  helps: Help[];
  asked: boolean;
}

export interface ProgramAnswer {
  kind: "program";
  program: ProgramResult;
  busyShare: number;
  exposedShare: number; // as of a step
  largest: Waited | null; // of the exposed
  spread: Spread | null;
  binding: Binding | null;
  helps: Help[];
  asked: boolean;
}

export interface CompareAnswer {
  kind: "compare";
  workload: string;
  ranks: number;
  best: { cluster: string; timeUs: number; spread: Spread | null };
  others: { cluster: string; timeUs: number }[]; // slower ones, in order
  cheapest: { cluster: string; usd: number; timeUs: number } | null; // of the network, where two or more prices are known
  overlap: boolean; // ranges of best and second overlap, so that figures nobody knows decide
}

export interface ExchangeAnswer {
  kind: "exchange";
  name: string;
  cluster: string;
  ranks: number;
  layerPs: number;
  timePerTokenPs: number;
  tokensPerSecond: number;
  spread: Spread | null; // of a layer
  binding: Binding | null; // of dispatch and combine
  helps: Help[];
  asked: boolean;
}

export interface FlowsAnswer {
  kind: "flows";
  flows: number;
  lastName: string;
  endPs: number;
}

export interface TopoAnswer {
  kind: "topo";
  cluster: string;
  endpoints: number;
  switches: number;
  links: number;
  planes: number;
  diameter: number | null;
  costUsd: number | null;
  powerW: number | null;
}

export interface TuneAnswer {
  kind: "tune";
  cluster: string;
  ranks: number;
  rows: number;
  worse: number; // sizes at which another choice is faster
  worst: { collective: string; sizeBytes: number; gain: number; nccl: string; best: string } | null;
}

export interface SweepAnswer {
  kind: "sweep";
  experiment: string;
  points: number;
  done: number;
  failed: number;
  fastest: { timePs: number; work: string[]; values: string[] } | null; // of the last work: size, collective, ranks
}

export type Answer =
  | CollectiveAnswer
  | StepAnswer
  | ProgramAnswer
  | CompareAnswer
  | ExchangeAnswer
  | FlowsAnswer
  | TopoAnswer
  | TuneAnswer
  | SweepAnswer;

export function answersOf(recording: Recording): Answer[] {
  const { result } = recording;
  switch (result.case) {
    case "report":
      return [
        ...result.value.steps.map(ofStep),
        ...result.value.programs.map(ofProgram),
        ...result.value.exchanges.map(ofExchange),
        ...collectivesOf(recording, result.value.results, result.value.cluster, result.value.clusters),
        ...flowsOf(result.value.flows),
      ];
    case "compare":
      return comparisonsOf(recording);
    case "topo": {
      const topo = result.value;
      return [
        {
          kind: "topo",
          cluster: topo.cluster,
          endpoints: topo.endpoints,
          switches: topo.switches,
          links: topo.links,
          planes: topo.planes,
          diameter: topo.diameterHops ?? null,
          costUsd: numberOf(topo.costUsd),
          powerW: numberOf(topo.powerW),
        },
      ];
    }
    case "tune":
      return [ofTune(recording)].flatMap((answer) => (answer ? [answer] : []));
    case "sweep":
      return [ofSweep(recording)].flatMap((answer) => (answer ? [answer] : []));
    default:
      return [];
  }
}

export function numberOf(value: { kind: { case: string | undefined; value?: unknown } } | undefined): number | null {
  return value?.kind.case === "numberValue" ? Number(value.kind.value) : null;
}

function helpsOf(sensitivities: readonly Sensitivity[]): Help[] {
  return sensitivities.filter((one) => one.change < 0).map(({ what, change }) => ({ what, change }));
}

// The largest size of each setting: (job, cluster, collective, ranks).
function collectivesOf(
  recording: Recording,
  results: readonly CollectiveResult[],
  cluster: ReportedCluster | undefined,
  clusters: readonly ReportedCluster[],
): CollectiveAnswer[] {
  const lines = new Map<string, { result: CollectiveResult; index: number }[]>();
  for (const [index, result] of results.entries()) {
    const key = JSON.stringify([result.job, result.cluster, result.collective, result.ranks]);
    const line = lines.get(key);
    if (line) line.push({ result, index });
    else lines.set(key, [{ result, index }]);
  }
  return [...lines.values()].flatMap((line) => {
    const sorted = [...line].sort((a, b) => a.result.sizeBytes - b.result.sizeBytes);
    const [first, last] = [sorted.find(({ result }) => result.sizeBytes > 0) ?? sorted[0], sorted[sorted.length - 1]];
    if (!first || !last) return [];
    const { result, index } = last;
    const where = cluster ?? clusters.find((one) => one.name === result.cluster) ?? clusters[0];
    const band = recording.bands.find((one) => one.result === index);
    const parts = result.attribution ? ofAttribution(result.attribution) : [];
    const largest = parts.reduce<Segment | null>((most, part) => (most && most.ps >= part.ps ? most : part), null);
    const measured = recording.measured.find(
      (one) => one.collective === result.collective && one.sizeBytes === result.sizeBytes && (one.ranks === 0 || one.ranks === result.ranks),
    );
    return [
      {
        kind: "collective",
        collective: result.collective,
        cluster: result.cluster || (where?.name ?? ""),
        job: result.job,
        ranks: result.ranks,
        sizeBytes: result.sizeBytes,
        timePs: result.timePs,
        timeUs: result.timeUs,
        busbwGBps: result.busbwGBps,
        algorithm: result.algorithm,
        protocol: result.protocol,
        model: result.model,
        routing: where?.routing ?? "",
        stack: where?.stack ?? "",
        boundUs: result.lowerBoundUs > 0 ? result.lowerBoundUs : null,
        boundReason: result.lowerBoundReason,
        spread: band ? { fastestPs: band.fastestPs, slowestPs: band.slowestPs } : null,
        spreadAsked: recording.commandLine.includes("--band"),
        held: heldBy(result),
        largest: largest && result.timePs > 0 ? { ...largest, share: largest.ps / result.timePs } : null,
        helps: helpsOf(result.sensitivities),
        asked: result.sensitivities.length > 0,
        smallest: first === last ? null : { sizeBytes: first.result.sizeBytes, timePs: first.result.timePs },
        measured: measured ? { source: measured.source, timeUs: measured.timeUs } : null,
      },
    ];
  });
}

function heldBy({ attribution, bottleneck, timePs }: CollectiveResult): Held | null {
  if (!attribution || timePs <= 0) return bottleneck === "" ? null : { tier: bottleneck, part: null, share: null };
  const latency = attribution.tiers.reduce((sum, tier) => sum + tier.latencyPs, 0);
  const causes = [
    ...attribution.tiers.map((one) => ({ tier: one.tier, part: null, ps: one.serialisationPs + one.contentionPs })),
    { tier: "", part: "launch" as const, ps: attribution.launchPs },
    { tier: "", part: "software" as const, ps: attribution.softwarePs },
    { tier: "", part: "waiting" as const, ps: attribution.waitingPs },
    { tier: "", part: "latency" as const, ps: latency },
  ];
  const { tier, part, ps } = causes.reduce((most, one) => (one.ps > most.ps ? one : most));
  return ps > 0 ? { tier, part, share: ps / timePs } : null;
}

function spreadOf(spread: SpreadMessage | undefined): Spread | null {
  return spread ? { fastestPs: spread.fastestPs, slowestPs: spread.slowestPs } : null;
}

function bindingOf(communication: Attribution | undefined, timePs: number): Binding | null {
  const tier = communication?.tiers.find((one) => one.tier === communication.bindingTier);
  return tier && timePs > 0 ? { tier: tier.tier, share: (tier.serialisationPs + tier.contentionPs) / timePs } : null;
}

// What compute of a mean card waits for.
function exposureOf(waits: readonly { label: string; movingPs: number; waitingPs: number }[], timePs: number) {
  const exposed = waits.flatMap(({ label, movingPs, waitingPs }) => [
    { label, moving: true, ps: movingPs },
    { label, moving: false, ps: waitingPs },
  ]);
  const most = [...exposed].sort((a, b) => b.ps - a.ps)[0];
  return {
    exposedShare: exposed.reduce((sum, one) => sum + one.ps, 0) / timePs,
    largest: most && most.ps > 0 ? { label: most.label, moving: most.moving, share: most.ps / timePs } : null,
  };
}

function ofStep(step: StepResult): StepAnswer {
  return {
    kind: "step",
    step,
    busyShare: step.busyPs / step.timePs,
    ...exposureOf(step.exposed, step.timePs),
    spread: spreadOf(step.spread),
    binding: bindingOf(step.communication, step.timePs),
    helps: helpsOf(step.sensitivities),
    asked: step.sensitivities.length > 0,
  };
}

function ofProgram(program: ProgramResult): ProgramAnswer {
  return {
    kind: "program",
    program,
    busyShare: program.busyPs / program.timePs,
    ...exposureOf(program.labels, program.timePs),
    spread: spreadOf(program.spread),
    binding: bindingOf(program.communication, program.timePs),
    helps: helpsOf(program.sensitivities),
    asked: program.sensitivities.length > 0,
  };
}

function ofExchange(exchange: ExchangeResult): ExchangeAnswer {
  return {
    kind: "exchange",
    name: exchange.name,
    cluster: exchange.cluster,
    ranks: exchange.ranks,
    layerPs: exchange.layerPs,
    timePerTokenPs: exchange.timePerTokenPs,
    tokensPerSecond: exchange.tokensPerSecond,
    spread: spreadOf(exchange.spread),
    binding: bindingOf(exchange.communication, exchange.dispatchPs + exchange.combinePs),
    helps: helpsOf(exchange.sensitivities),
    asked: exchange.sensitivities.length > 0,
  };
}

function flowsOf(flows: readonly { name: string; endPs: number }[]): FlowsAnswer[] {
  const last = [...flows].sort((a, b) => b.endPs - a.endPs)[0];
  return last ? [{ kind: "flows", flows: flows.length, lastName: last.name, endPs: last.endPs }] : [];
}

function comparisonsOf(recording: Recording): CompareAnswer[] {
  if (recording.result.case !== "compare") return [];
  const { results } = recording.result.value;
  const keys = [...new Set(results.map((row) => JSON.stringify([row.workload, row.ranks])))];
  return keys.flatMap((key) => {
    const rows = results.filter((row) => JSON.stringify([row.workload, row.ranks]) === key).sort((a, b) => a.timeUs - b.timeUs);
    const [best, second] = rows;
    if (!best) return [];
    const spread = (row: typeof best): Spread | null =>
      row.slowestTimeUs > row.fastestTimeUs ? { fastestPs: row.fastestTimeUs * 1e6, slowestPs: row.slowestTimeUs * 1e6 } : null;
    const priced = rows.flatMap((row) => {
      const usd = numberOf(row.networkUsd);
      return usd === null ? [] : [{ cluster: row.cluster, usd, timeUs: row.timeUs }];
    });
    const cheapest = priced.length > 1 ? (priced.sort((a, b) => a.usd - b.usd)[0] ?? null) : null;
    return [
      {
        kind: "compare",
        workload: best.workload,
        ranks: best.ranks,
        best: { cluster: best.cluster, timeUs: best.timeUs, spread: spread(best) },
        others: rows.slice(1).map((row) => ({ cluster: row.cluster, timeUs: row.timeUs })),
        cheapest,
        overlap: second !== undefined && second.fastestTimeUs > 0 && second.fastestTimeUs < best.slowestTimeUs,
      },
    ];
  });
}

function ofTune(recording: Recording): TuneAnswer | null {
  if (recording.result.case !== "tune") return null;
  const tune = recording.result.value;
  const rows = tune.results.flatMap((row) => {
    const gain = numberOf(row.gain);
    return gain === null ? [] : [{ row, gain }];
  });
  const worst = [...rows].sort((a, b) => b.gain - a.gain)[0];
  const name = (candidate: { algorithm: string; protocol: string } | undefined) =>
    candidate ? `${candidate.algorithm} ${candidate.protocol}` : "";
  return {
    kind: "tune",
    cluster: tune.cluster,
    ranks: tune.ranks,
    rows: rows.length,
    worse: rows.filter(({ gain }) => gain > 1).length,
    worst: worst
      ? {
          collective: worst.row.collective,
          sizeBytes: worst.row.sizeBytes,
          gain: worst.gain,
          nccl: name(worst.row.nccl),
          best: name(worst.row.best),
        }
      : null,
  };
}

function ofSweep(recording: Recording): SweepAnswer | null {
  if (recording.result.case !== "sweep") return null;
  const sweep = recording.result.value;
  const timed = sweep.points.flatMap((point) => {
    const timePs = numberOf(point.timePs);
    return timePs === null ? [] : [{ point, timePs }];
  });
  // The last work of the grid, as a table is read for its largest size; points of other works are no rivals.
  const workOf = (values: readonly number[]) =>
    JSON.stringify(values.filter((_, variable) => isWork(sweep.variables[variable]?.key ?? "")));
  const last = timed.reduce<(typeof timed)[number] | undefined>(
    (most, one) => (most && most.point.position >= one.point.position ? most : one),
    undefined,
  );
  const settings = (values: readonly number[], wanted: (key: string) => boolean) =>
    values.flatMap((index, variable) => {
      const { key = "", values: texts = [] } = sweep.variables[variable] ?? {};
      return wanted(key) ? [`${key} = ${texts[index]?.text ?? ""}`] : [];
    });
  const rivals = timed.filter(({ point }) => last && workOf(point.values) === workOf(last.point.values));
  const fastest = [...rivals].sort((a, b) => a.timePs - b.timePs)[0];
  return {
    kind: "sweep",
    experiment: sweep.experiment,
    points: sweep.points.length,
    done: sweep.points.filter((point) => point.state === "done").length,
    failed: sweep.points.filter((point) => point.state === "failed").length,
    fastest: fastest
      ? {
          timePs: fastest.timePs,
          work: settings(fastest.point.values, (key) => isWork(key)),
          values: settings(fastest.point.values, (key) => !isWork(key)),
        }
      : null,
  };
}
