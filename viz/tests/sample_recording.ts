import { fromJson, type MessageInitShape } from "@bufbuild/protobuf";
import { decodeFabric } from "../src/model/fabric_decode";
import { railFabric } from "../src/model/fabric_fixture";
import type { FabricGraph } from "../src/model/fabric_graph";
import { Lanes_Kind, ReportSchema, type FabricView, type RecordingSchema } from "../src/schema";

// A recording with figures that can be told by hand: 32 nodes of 8 cards, 8 planes (one a card of a node) of 4 leaves and 4
// spines. In microsecond-long runs NVLinks are 20 % full, links of cards 50 %, links of leaves and spines 60 %; in plane 3
// the latter are 90 %, and plane2/leaf1 - plane2/spine2 has failed.

export const makespanPs = 1e6;
const share: Readonly<Record<string, number>> = { nvlink: 0.2, "gpu-leaf": 0.5, "leaf-spine": 0.6 };

export function sampleFabric(): FabricView {
  const fabric = railFabric(32, 8, 4, 4, ["plane2/leaf1 plane2/spine2"]);
  fabric.cluster = "sample";
  fabric.faults = ["plane2/leaf1-plane2/spine2"];
  return fabric;
}

function used(graph: FabricGraph, link: number): number {
  const tier = graph.tierNames[graph.links.tier[link]!]!;
  if (!graph.isUp(link)) return 0;
  return tier === "leaf-spine" && graph.links.plane[link] === 3 ? 0.9 : share[tier]!;
}

/** Each link is a group of its own; bytes are whole. */
function traffic(graph: FabricGraph): { group: number[]; bytes: number[] } {
  const bytes = Array.from({ length: graph.links.count }, (_, l) =>
    Math.round((used(graph, l) * graph.links.rate[l]! * makespanPs * 1e-12) / 8),
  );
  return { group: bytes.map((_, l) => l), bytes };
}

export function sampleRecording(fabric: FabricView = sampleFabric(), name = "sample"): MessageInitShape<typeof RecordingSchema> {
  const graph = decodeFabric(fabric);
  const { group, bytes } = traffic(graph);
  const row = (sizeBytes: number) => ({ collective: "all_reduce", algorithm: "ring", ranks: 256, size_bytes: sizeBytes, time_us: 1, time_ps: 1e6 });
  const value = fromJson(ReportSchema, {
    schema: "polyplane/report/1",
    version: "0.1.0",
    cluster: { name: "sample", endpoints: 256, routing: "spray" },
    results: [row(1 << 20), row(1 << 26)],
  });
  const bins = 100;
  const wave = (phase: number, height: number) =>
    Array.from({ length: bins }, (_, b) => (b < 90 ? height * (0.7 + 0.3 * Math.sin(b / 9 + phase)) : 0));
  const tracks = fabric.tiers.flatMap((tier, t) =>
    (tier === "nvlink" ? [-1] : [0, 1, 2, 3, 4, 5, 6, 7]).map((plane) => ({
      tier: t,
      plane,
      link: -1,
      used: wave(plane, tier === "leaf-spine" && plane === 3 ? 0.9 : share[tier]!),
      alike: 32,
    })),
  );
  const run = { fabric: 0, makespanPs, traffic: { linkMap: 0, bytes } };
  return {
    schema: "polyplane/recording/1",
    name,
    version: "0.1.0",
    result: { case: "report", value },
    fabrics: [fabric],
    linkMaps: [{ fabric: 0, group }],
    runs: [
      { ...run, results: [0] },
      { ...run, results: [1], series: { binPs: makespanPs / bins, bins, tracks }, lanes: sampleLanes() },
    ],
  };
}

/** Four stages of twelve micro-batches: forward and backward of 25 and 35 ns, and an all-to-all after each forward. */
function sampleLanes() {
  const lanes = Array.from({ length: 4 }, (_, stage) => {
    const at = Array.from({ length: 12 }, (_, m) => 20_000 * stage + 75_000 * m);
    return [
      {
        actor: `stage ${stage}`,
        stream: "compute",
        cards: 64,
        beginPs: at.flatMap((t) => [t, t + 35_000]),
        durationPs: at.flatMap(() => [25_000, 35_000]),
        what: at.flatMap(() => [0, 1]),
      },
      { actor: `stage ${stage}`, stream: "ep", cards: 64, beginPs: at.map((t) => t + 25_000), durationPs: at.map(() => 10_000), what: at.map(() => 2) },
    ];
  }).flat();
  const whats = [
    { kind: Lanes_Kind.compute, label: "forward", name: "F" },
    { kind: Lanes_Kind.compute, label: "backward", name: "B" },
    { kind: Lanes_Kind.collective, label: "ep dispatch", name: "all-to-all" },
  ];
  return { whats, lanes, actors: 16 };
}
