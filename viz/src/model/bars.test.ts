import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { RecordingSchema, ReportSchema, type Recording } from "../schema";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { barSets, ownersOf } from "./bars";

const recordingOf = (report: MessageInitShape<typeof ReportSchema>): Recording =>
  create(RecordingSchema, { name: "run", result: { case: "report", value: create(ReportSchema, report) } });

describe("bars", () => {
  it("hold the parts of an attribution, without what is zero", () => {
    const [set] = barSets([
      recordingOf({
        cluster: { name: "c" },
        results: [
          {
            collective: "all_reduce",
            ranks: 8,
            sizeBytes: 1024,
            timePs: 100,
            attribution: {
              launchPs: 10,
              softwarePs: 20,
              waitingPs: 0,
              tiers: [
                { tier: "nvlink", latencyPs: 5, serialisationPs: 30, contentionPs: 0 },
                { tier: "gpu-leaf", latencyPs: 0, serialisationPs: 15, contentionPs: 20 },
              ],
            },
          },
          { collective: "all_reduce", ranks: 8, sizeBytes: 2048, timePs: 100 },
        ],
      }),
    ]);
    expect(set?.subject).toEqual({ collective: "all_reduce", cluster: "c", ranks: 8, recording: "run" });
    expect(set?.bars).toHaveLength(1);
    expect(set?.left).toBe(1); // the size without parts
    expect(set?.bars[0]?.segments.map(({ part, owner, ps }) => [part, owner, ps])).toEqual([
      ["launch", "", 10],
      ["software", "", 20],
      ["serialisation", "nvlink", 30],
      ["latency", "nvlink", 5],
      ["serialisation", "gpu-leaf", 15],
      ["contention", "gpu-leaf", 20],
    ]);
    expect(set && ownersOf(set)).toEqual({ communication: ["nvlink", "gpu-leaf"], compute: [] });
  });

  it("cut a step by its dimensions, twice, and both sum to its time", () => {
    const [set] = barSets([
      recordingOf({
        steps: [
          {
            name: "s",
            cluster: "c",
            cards: 16,
            timePs: 100,
            busyPs: 60,
            idlePs: 5,
            exposed: [
              { label: "ep", movingPs: 20, waitingPs: 0 },
              { label: "pp", movingPs: 5, waitingPs: 10 },
            ],
            criticalPath: [
              { label: "forward", computePs: 70, communicationPs: 0 },
              { label: "ep", computePs: 0, communicationPs: 30 },
            ],
          },
        ],
      }),
    ]);
    for (const bar of set?.bars ?? []) expect(bar.segments.reduce((sum, segment) => sum + segment.ps, 0)).toBe(100);
    expect(set?.bars.map((bar) => bar.name.what)).toEqual(["meanCard", "criticalPath"]);
    expect(set && ownersOf(set)).toEqual({ communication: ["ep", "pp"], compute: ["forward"] });
  });

  it("tell communication of a program by label, or by tier where that was asked", () => {
    const labels = [{ label: "a", computePs: 40, communicationPs: 60 }];
    const program = { name: "p", cluster: "c", cards: 4, timePs: 100, busyPs: 100, labels };
    const parts = (report: MessageInitShape<typeof ReportSchema>) =>
      barSets([recordingOf(report)])[0]?.bars[1]?.segments.map(({ part, owner, ps }) => [part, owner, ps]);
    expect(parts({ programs: [program] })).toEqual([
      ["compute", "a", 40],
      ["communication", "a", 60],
    ]);
    const communication = { launchPs: 10, tiers: [{ tier: "t", serialisationPs: 45 }] };
    expect(parts({ programs: [{ ...program, communication, overlapPs: 5 }] })).toEqual([
      ["compute", "a", 40],
      ["launch", "", 10],
      ["serialisation", "t", 45],
      ["overlap", "", 5],
    ]);
  });
});
