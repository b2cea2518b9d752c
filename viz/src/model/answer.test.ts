import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CompareReportSchema, RecordingSchema, ReportSchema, SweepReportSchema, TuneReportSchema } from "../schema";
import { answersOf } from "./answer";

const recordingOf = (report: MessageInitShape<typeof ReportSchema>, more: MessageInitShape<typeof RecordingSchema> = {}) =>
  create(RecordingSchema, { ...more, result: { case: "report", value: create(ReportSchema, report) } });

describe("answers", () => {
  it("take the largest size, with spread, binding tier and what helps", () => {
    const [one, ...rest] = answersOf(
      recordingOf(
        {
          cluster: { name: "c" },
          results: [
            { collective: "all_reduce", ranks: 8, sizeBytes: 4096, timePs: 100e6, timeUs: 100, lowerBoundUs: 50, bottleneck: "leaf",
              attribution: { launchPs: 10e6, tiers: [{ tier: "nvlink", serialisationPs: 90e6 }], bindingTier: "nvlink" },
              sensitivities: [{ what: "rate of nvlink", change: -0.08 }, { what: "step cost", change: 0.01 }] },
            { collective: "all_reduce", ranks: 8, sizeBytes: 1024, timePs: 20e6, timeUs: 20 },
          ],
        },
        {
          bands: [{ result: 0, fastestPs: 90e6, slowestPs: 120e6 }],
          measured: [{ source: "log", collective: "all_reduce", sizeBytes: 4096, timeUs: 110 }],
        },
      ),
    );
    expect(rest).toEqual([]);
    expect(one).toMatchObject({
      kind: "collective",
      cluster: "c",
      sizeBytes: 4096,
      boundUs: 50,
      held: { tier: "nvlink", part: null, share: 0.9 },
      spread: { fastestPs: 90e6, slowestPs: 120e6 },
      largest: { part: "serialisation", owner: "nvlink", share: 0.9 },
      helps: [{ what: "rate of nvlink", change: -0.08 }],
      asked: true,
      smallest: { sizeBytes: 1024, timePs: 20e6 },
      measured: { source: "log", timeUs: 110 },
    });
  });

  it("say nothing that was not recorded", () => {
    const [one] = answersOf(recordingOf({ results: [{ collective: "broadcast", sizeBytes: 8, timePs: 1, bottleneck: "leaf" }] }));
    expect(one).toMatchObject({ held: { tier: "leaf", part: null, share: null }, boundUs: null, spread: null, spreadAsked: false, largest: null, helps: [], asked: false, smallest: null, measured: null });
    expect(answersOf(create(RecordingSchema))).toEqual([]);
  });

  // Of 100: launch 55, nvlink 30 of bytes and 5 of contention, 10 of latency over two tiers.
  it("name no tier where something else holds longer", () => {
    const held = (launchPs: number, waitingPs: number, latencyPs: number) => {
      const tiers = [{ tier: "nvlink", serialisationPs: 30, contentionPs: 5, latencyPs }, { tier: "leaf", latencyPs }];
      const attribution = { launchPs, waitingPs, tiers, bindingTier: "nvlink" };
      return answersOf(recordingOf({ results: [{ collective: "broadcast", sizeBytes: 8, timePs: 100, attribution }] }))[0];
    };
    expect(held(55, 0, 5)).toMatchObject({ held: { tier: "", part: "launch", share: 0.55 } });
    expect(held(0, 65, 0)).toMatchObject({ held: { tier: "", part: "waiting", share: 0.65 } });
    expect(held(25, 0, 20)).toMatchObject({ held: { tier: "", part: "latency", share: 0.4 } });
    expect(held(34, 31, 0)).toMatchObject({ held: { tier: "nvlink", part: null, share: 0.35 } });
    const alone = recordingOf({ results: [{ collective: "broadcast", ranks: 1, timePs: 9, bottleneck: "latency or waiting", attribution: { launchPs: 9 } }] });
    expect(answersOf(alone)[0]).toMatchObject({ held: { part: "launch", share: 1 } });
  });

  it("add up what compute of a step waits for", () => {
    const [one] = answersOf(
      recordingOf({ steps: [{ timePs: 100, busyPs: 60, exposed: [{ label: "ep", movingPs: 10, waitingPs: 0 }, { label: "pp", movingPs: 5, waitingPs: 20 }] }] }),
    );
    expect(one).toMatchObject({ kind: "step", busyShare: 0.6, exposedShare: 0.35, largest: { label: "pp", moving: false, share: 0.2 }, spread: null, binding: null, asked: false });
  });

  // Critical path 100: 10 launch and software, 12 bytes and 3 contention on leaf-spine, 5 of latency there; nvlink 8 of bytes.
  const communication = {
    launchPs: 10,
    tiers: [
      { tier: "nvlink", serialisationPs: 8 },
      { tier: "leaf-spine", latencyPs: 5, serialisationPs: 12, contentionPs: 3 },
    ],
    bindingTier: "leaf-spine",
  };
  const spread = { fastestPs: 90, slowestPs: 130 };
  const sensitivities = [{ what: "speed of compute", change: -0.06 }, { what: "rate of nvlink", change: -0.01 }, { what: "launch cost", change: 0 }];

  it("say of steps, traces and exchanges how sure they are, which links bind, and what would help", () => {
    const [step, program, exchange] = answersOf(
      recordingOf({
        steps: [{ timePs: 100, busyPs: 60, communication, spread, sensitivities }],
        programs: [{ timePs: 100, busyPs: 70, labels: [{ label: "tp", communicationPs: 90, movingPs: 20, waitingPs: 5 }], communication, spread, sensitivities }],
        exchanges: [{ layerPs: 200, dispatchPs: 40, combinePs: 60, communication, spread, sensitivities }],
      }),
    );
    const facts = {
      spread: { fastestPs: 90, slowestPs: 130 },
      binding: { tier: "leaf-spine", share: 0.15 },
      helps: sensitivities.slice(0, 2),
      asked: true,
    };
    expect(step).toMatchObject({ kind: "step", largest: null, exposedShare: 0, ...facts });
    expect(program).toMatchObject({ kind: "program", busyShare: 0.7, exposedShare: 0.25, largest: { label: "tp", moving: true, share: 0.2 }, ...facts });
    expect(exchange).toMatchObject({ kind: "exchange", layerPs: 200, ...facts });
  });

  it("compare clusters a workload, and say when ranges overlap", () => {
    const row = (cluster: string, timeUs: number, fastestTimeUs: number, slowestTimeUs: number, usd: number | null) => ({
      cluster, workload: "w", ranks: 8, timeUs, fastestTimeUs, slowestTimeUs,
      networkUsd: usd === null ? { kind: { case: "nullValue" as const, value: 0 as const } } : { kind: { case: "numberValue" as const, value: usd } },
    });
    const of = (rows: ReturnType<typeof row>[]) =>
      answersOf(create(RecordingSchema, { result: { case: "compare", value: create(CompareReportSchema, { results: rows }) } }));
    expect(of([row("b", 20, 20, 20, 1), row("a", 10, 9, 12, 3), row("c", 30, 30, 30, null)])).toEqual([
      {
        kind: "compare", workload: "w", ranks: 8,
        best: { cluster: "a", timeUs: 10, spread: { fastestPs: 9e6, slowestPs: 12e6 } },
        others: [{ cluster: "b", timeUs: 20 }, { cluster: "c", timeUs: 30 }],
        cheapest: { cluster: "b", usd: 1, timeUs: 20 },
        overlap: false,
      },
    ]);
    expect(of([row("a", 10, 9, 12, 3), row("b", 13, 11, 14, null)])[0]).toMatchObject({ overlap: true, cheapest: null });
  });

  it("count where NCCL's choice is not the best", () => {
    const gain = (value: number) => ({ kind: { case: "numberValue" as const, value } });
    const value = create(TuneReportSchema, {
      cluster: "c",
      results: [
        { collective: "all_reduce", sizeBytes: 8, gain: gain(1) },
        { collective: "all_reduce", sizeBytes: 16, gain: gain(1.5), nccl: { algorithm: "Ring", protocol: "LL" }, best: { algorithm: "Tree", protocol: "LL" } },
        { collective: "all_reduce", sizeBytes: 32, gain: { kind: { case: "nullValue", value: 0 } } },
      ],
    });
    expect(answersOf(create(RecordingSchema, { result: { case: "tune", value } }))).toEqual([
      { kind: "tune", cluster: "c", ranks: 0, rows: 2, worse: 1, worst: { collective: "all_reduce", sizeBytes: 16, gain: 1.5, nccl: "Ring LL", best: "Tree LL" } },
    ]);
  });

  it("find the fastest point of a sweep", () => {
    const time = (value: number) => ({ kind: { case: "numberValue" as const, value } });
    const value = create(SweepReportSchema, {
      experiment: "e",
      variables: [{ key: "seed", values: [{ text: "1" }, { text: "2" }] }],
      points: [{ state: "done", values: [1], timePs: time(5) }, { state: "done", values: [0], timePs: time(3) }, { state: "failed", values: [1] }],
    });
    expect(answersOf(create(RecordingSchema, { result: { case: "sweep", value } }))).toEqual([
      { kind: "sweep", experiment: "e", points: 3, done: 2, failed: 1, fastest: { timePs: 3, work: [], values: ["seed = 1"] } },
    ]);
  });

  it("find the fastest point of a sweep at its last size, not at its smallest", () => {
    const time = (value: number) => ({ kind: { case: "numberValue" as const, value } });
    const value = create(SweepReportSchema, {
      experiment: "e",
      variables: [
        { key: "collectives[0].sizes", values: [{ text: "1 MiB" }, { text: "64 MiB" }] },
        { key: "collectives[0].algorithm", values: [{ text: "ring" }, { text: "swing" }] },
      ],
      points: [[0, 0, 3], [0, 1, 4], [1, 0, 90], [1, 1, 70]].map(([size = 0, algorithm = 0, ps = 0], position) => ({
        position,
        state: "done",
        values: [size, algorithm],
        timePs: time(ps),
      })),
    });
    const [answer] = answersOf(create(RecordingSchema, { result: { case: "sweep", value } }));
    expect(answer).toMatchObject({ fastest: { timePs: 70, work: ["collectives[0].sizes = 64 MiB"], values: ["collectives[0].algorithm = swing"] } });
  });
});
