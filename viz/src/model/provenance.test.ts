import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { FigureSchema, RecordingSchema, ReportSchema, SweepReportSchema } from "../schema";
import { bySource, filtered, provenanceOf, quoted } from "./provenance";

describe("provenance", () => {
  it("quotes words for a shell", () => {
    expect(["perf", "-b", "1K", "a b", "it's", "$(x)", ""].map(quoted).join(" ")).toBe("perf -b 1K 'a b' 'it'\\''s' '$(x)' ''");
  });

  it("takes what the recording says, or else what the result says", () => {
    const value = create(ReportSchema, { version: "0.1.0", schema: "polyplane/report/1", fingerprint: "ab", clusters: [{ name: "a", assumed: ["x", "y"] }, { name: "b", assumed: ["y"] }] });
    const recording = create(RecordingSchema, { result: { case: "report", value } });
    expect(provenanceOf(recording)).toMatchObject({ version: "0.1.0", fingerprint: "ab", assumed: ["x", "y"], commandLine: "" });
    recording.assumed.push("z");
    recording.version = "0.2.0";
    recording.commandLine.push("polyplane", "run", "my file");
    expect(provenanceOf(recording)).toMatchObject({ version: "0.2.0", assumed: ["z"], commandLine: "polyplane run 'my file'" });
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
