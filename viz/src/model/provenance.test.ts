import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { FigureSchema, RecordingSchema, ReportSchema, SweepReportSchema, TopoReportSchema } from "../schema";
import { bySource, filtered, provenanceOf, quoted } from "./provenance";

describe("provenance", () => {
  it("quotes words for a shell", () => {
    expect(["perf", "-b", "1K", "a b", "it's", "$(x)", ""].map(quoted).join(" ")).toBe("perf -b 1K 'a b' 'it'\\''s' '$(x)' ''");
  });

  it("takes what the recording says, or else what the result says", () => {
    const value = create(ReportSchema, { version: "0.1.0", schema: "polyplane/report/1", fingerprint: "ab", clusters: [{ name: "a", assumed: ["x", "y"] }, { name: "b", assumed: ["y"] }] });
    const recording = create(RecordingSchema, { result: { case: "report", value } });
    expect(provenanceOf(recording)).toMatchObject({ version: "0.1.0", fingerprints: [{ of: "", text: "ab" }], assumed: ["x", "y"], commandLine: "" });
    recording.assumed.push("z");
    recording.version = "0.2.0";
    recording.commandLine.push("polyplane", "run", "my file");
    expect(provenanceOf(recording)).toMatchObject({ version: "0.2.0", assumed: ["z"], commandLine: "polyplane run 'my file'" });
  });

  it("has the fingerprints that the command prints, and none where there is no time", () => {
    const of = (value: MessageInitShape<typeof ReportSchema>) =>
      provenanceOf(create(RecordingSchema, { result: { case: "report", value: create(ReportSchema, value) } })).fingerprints;
    const steps = [{ name: "s", cluster: "a", fingerprint: "11" }, { name: "s", cluster: "b", fingerprint: "22" }];
    expect(of({ fingerprint: "all", results: [{ collective: "alltoall" }] })).toEqual([{ of: "", text: "all" }]);
    expect(of({ fingerprint: "all", clusters: [{ name: "a" }, { name: "b" }], steps })).toEqual([
      { of: "s (a)", text: "11" },
      { of: "s (b)", text: "22" },
    ]);
    expect(of({ fingerprint: "all", flows: [{ name: "f" }], programs: [{ name: "t", fingerprint: "33" }] })).toEqual([
      { of: "", text: "all" },
      { of: "t", text: "33" },
    ]);
    const topo = create(RecordingSchema, { result: { case: "topo", value: create(TopoReportSchema) } });
    expect(provenanceOf(topo).fingerprints).toEqual([]);
  });

  it("takes what steps and traces assume from a result without a recording of it", () => {
    const value = create(ReportSchema, {
      clusters: [{ name: "a", assumed: ["x"] }, { name: "b", assumed: ["x"] }],
      steps: [{ notes: ["gradients in FP32", "step s needs 90 GB on its fullest card (weights 80 GB); h100 has 80 GB"] }],
      programs: [{ notes: ["messages to itself take no time"] }],
    });
    expect(provenanceOf(create(RecordingSchema, { result: { case: "report", value } })).assumed).toEqual(["x", "gradients in FP32", "messages to itself take no time"]);
  });

  it("keeps what is assumed apart from what the same source states", () => {
    const of = (field: string, source: string, assumed: string) => create(FigureSchema, { part: "c", source, field, assumed });
    const groups = bySource([of("1", "paper", ""), of("2", "", "why"), of("3", "", ""), of("4", "paper", "its own words")]);
    expect(groups.map(({ source, assumed, figures }) => [source, assumed, figures.map((figure) => figure.field)])).toEqual([
      ["paper", false, ["1", "4"]],
      ["", true, ["2"]],
      ["", false, ["3"]],
    ]);
  });

  it("advises to record where the command can", () => {
    const report = create(RecordingSchema, { result: { case: "report", value: create(ReportSchema) } });
    const sweep = create(RecordingSchema, { result: { case: "sweep", value: create(SweepReportSchema) } });
    expect([report, sweep].map((recording) => provenanceOf(recording).recordable)).toEqual([true, false]);
  });

  it("filters figures by words and by what they decide", () => {
    const figures = [
      create(FigureSchema, { part: "cx7-ndr", field: "rate", value: "400 Gbps", source: "NVIDIA", decidesTime: true }),
      create(FigureSchema, { part: "cx7-ndr", field: "power", value: "25 W", source: "NVIDIA" }),
    ];
    const fields = (words: string, decidesTime: boolean) => filtered(figures, { words, decidesTime }).map((figure) => figure.field);
    expect(fields("", false)).toEqual(["rate", "power"]);
    expect(fields("", true)).toEqual(["rate"]);
    expect(fields("nvidia 25", false)).toEqual(["power"]);
    expect(fields("nvidia 25", true)).toEqual([]);
  });

  it("puts figures of one part and source together", () => {
    const of = (part: string, source: string, field: string) => create(FigureSchema, { part, source, field });
    const groups = bySource([of("a", "x", "1"), of("b", "x", "2"), of("a", "x", "3"), of("a", "y", "4")]);
    expect(groups.map(({ part, source, figures }) => [part, source, figures.map((figure) => figure.field)])).toEqual([
      ["a", "x", ["1", "3"]],
      ["b", "x", ["2"]],
      ["a", "y", ["4"]],
    ]);
  });
});
