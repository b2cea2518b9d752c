import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { BandSchema, CollectiveResultSchema, CompareReportSchema, MeasuredSchema, RecordingSchema, ReportSchema, type CollectiveResult } from "../schema";
import { curveGroups, lineKey, telling } from "./curves";

const result = (fields: Partial<CollectiveResult>): CollectiveResult =>
  create(CollectiveResultSchema, { collective: "all_reduce", model: "flow", ranks: 8, timePs: 1e6, timeUs: 1, busbwGBps: 10, ...(fields as object) });

function recordingOf(results: CollectiveResult[], name = "run") {
  return create(RecordingSchema, {
    name,
    result: { case: "report", value: create(ReportSchema, { cluster: { name: "c", routing: "spray", stack: "nccl" }, results }) },
  });
}

describe("curves", () => {
  it("are one line with auto, though the algorithm changes", () => {
    const [group, ...rest] = curveGroups([
      recordingOf([result({ sizeBytes: 2048, algorithm: "ring" }), result({ sizeBytes: 1024, algorithm: "tree" })]),
    ]);
    expect(rest).toEqual([]);
    expect(group?.collective).toBe("all_reduce");
    expect(group?.lines).toHaveLength(1);
    expect(group?.lines[0]?.points.map((point) => [point.sizeBytes, point.algorithm, point.result])).toEqual([
      [1024, "tree", 1],
      [2048, "ring", 0],
    ]);
    expect(group?.lines[0]?.attributes).toMatchObject({ cluster: "c", routing: "spray", stack: "nccl", ranks: "8", algorithm: "" });
  });

  it("are one line an algorithm where a size comes with several", () => {
    const results = ["ring", "tree"].flatMap((algorithm) => [1024, 2048].map((sizeBytes) => result({ sizeBytes, algorithm })));
    const [group] = curveGroups([recordingOf(results)]);
    expect(group?.lines.map((line) => line.attributes.algorithm)).toEqual(["ring", "tree"]);
    expect(telling(group?.lines ?? [])).toEqual(["algorithm"]);
  });

  it("have keys of their own, the same whatever is opened before them", () => {
    const results = ["ring", "tree"].flatMap((algorithm) => [1024, 2048].map((sizeBytes) => result({ sizeBytes, algorithm })));
    const other = recordingOf([result({ sizeBytes: 1024 }), result({ sizeBytes: 2048 })], "other");
    const keysOf = (...all: Parameters<typeof curveGroups>[0][number][]) => curveGroups(all)[0]?.lines.map(lineKey) ?? [];
    const alone = keysOf(recordingOf(results));
    expect(new Set(alone).size).toBe(2);
    expect(keysOf(other, recordingOf(results)).slice(1)).toEqual(alone);
    expect(keysOf(other, recordingOf(results))[0]).not.toBe(alone[0]);
  });

  it("stay one line though several sizes are too small and count as zero bytes", () => {
    const results = [0, 0, 1024, 2048].map((sizeBytes, i) => result({ sizeBytes, algorithm: i < 2 ? "bruck" : "pairwise" }));
    expect(curveGroups([recordingOf(results)])[0]?.lines.map((line) => line.points.length)).toEqual([3]);
  });

  it("are told apart by their recording where nothing else differs", () => {
    const results = () => [result({ sizeBytes: 1024 }), result({ sizeBytes: 2048 })];
    const [group] = curveGroups([recordingOf(results(), "before"), recordingOf(results(), "after")]);
    expect(group?.lines).toHaveLength(2);
    expect(telling(group?.lines ?? [])).toEqual(["recording"]);
  });

  it("need two sizes, keep collectives apart, and take bands and bounds along", () => {
    const recording = recordingOf([
      result({ sizeBytes: 1024, lowerBoundUs: 0.5 }),
      result({ sizeBytes: 2048, lowerBoundUs: 0 }),
      result({ sizeBytes: 1024, collective: "broadcast" }),
    ]);
    recording.bands.push(create(BandSchema, { result: 1, fastestPs: 9e5, slowestPs: 2e6 }));
    const groups = curveGroups([recording]);
    expect(groups.map((group) => group.collective)).toEqual(["all_reduce"]);
    expect(groups[0]?.lines[0]?.points.map((point) => [point.boundUs, point.fastestPs, point.slowestPs])).toEqual([
      [0.5, null, null],
      [null, 9e5, 2e6],
    ]);
  });

  it("show measurements beside", () => {
    const recording = recordingOf([result({ sizeBytes: 1024 }), result({ sizeBytes: 2048 })]);
    for (const sizeBytes of [1024, 2048]) {
      recording.measured.push(create(MeasuredSchema, { source: "log.txt", collective: "all_reduce", sizeBytes, timeUs: 2, busbwGBps: 5 }));
    }
    const lines = curveGroups([recording])[0]?.lines ?? [];
    expect(lines.map((line) => line.measured)).toEqual([false, true]);
    expect(lines[1]?.points[0]).toMatchObject({ timePs: 2e6, timeUs: 2, busbwGBps: 5, boundUs: null, result: -1 });
    expect(telling(lines)).toEqual([]);
  });

  it("come from comparisons of several sizes, one a cluster", () => {
    const value = create(CompareReportSchema, {
      stack: "ideal",
      results: ["a", "b"].flatMap((cluster) => [1024, 2048].map((sizeBytes) => ({ cluster, collectives: [result({ sizeBytes })] }))),
    });
    const [group] = curveGroups([create(RecordingSchema, { result: { case: "compare", value } })]);
    expect(group?.lines.map((line) => line.attributes.cluster)).toEqual(["a", "b"]);
    expect(group?.lines[1]?.points.map((point) => point.result)).toEqual([2, 3]);
  });
});
