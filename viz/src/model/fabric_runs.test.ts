import { create, fromJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { RecordingSchema, RunViewSchema } from "../schema";
import { damageOf, fabricOf, loadOf } from "./fabric_cache";
import { decodeFabric } from "./fabric_decode";
import { railFabric } from "./fabric_fixture";
import { pathMap } from "./fabric_path_map";
import { shortestPaths } from "./fabric_paths";
import { partsOf, runsOf } from "./fabric_runs";

function recording(groups: number) {
  const fabric = railFabric(2, 2, 1, 1);
  const read = fromJson(RecordingSchema, {
    name: "r",
    report: { results: [{ collective: "all_reduce", size_bytes: 8, algorithm: "ring", ranks: 4 }], flows: [{ name: "a" }, { name: "b" }] },
    runs: [{ results: [0] }, { flows: [0, 1], traffic: { bytes: [1] } }, { fabric: 7 }],
    link_maps: [{ group: new Array<number>(groups).fill(0) }],
  });
  read.fabrics.push(fabric);
  return read;
}

describe("runs", () => {
  it("are those of a fabric that is there, and name what ran", () => {
    const read = recording(0);
    const runs = runsOf([read], () => true);
    expect(runs.map((r) => r.run)).toEqual([0, 1]);
    expect(partsOf(runs[0]!)).toEqual([{ name: "all_reduce", sizeBytes: 8, algorithm: "ring", ranks: 4 }]);
    expect(partsOf(runs[1]!).map((p) => p.name)).toEqual(["a", "b"]);
  });
  it("of comparisons count results through the collectives of all rows", () => {
    const read = fromJson(RecordingSchema, {
      compare: { results: [{ collectives: [{ collective: "x" }, { collective: "y" }] }, { collectives: [{ collective: "z" }] }] },
    });
    read.runs.push(create(RunViewSchema, { results: [2] }));
    expect(partsOf({ recording: read, run: 0 }).map((p) => p.name)).toEqual(["z"]);
  });
});

describe("what is decoded once", () => {
  it("is the same object the next time", () => {
    const links = decodeFabric(railFabric(2, 2, 1, 1)).links.count;
    const read = recording(links);
    expect(fabricOf(read, 0)).toBe(fabricOf(read, 0));
    expect(loadOf(read, 1)).toBe(loadOf(read, 1));
    expect(loadOf(read, 0)).toBeUndefined();
    expect(fabricOf(read, 3)).toBeUndefined();
    expect(damageOf(read)).toBe("");
  });
  it("says what is damaged, and does not throw", () => {
    const read = recording(3);
    expect(loadOf(read, 1)).toBeUndefined();
    expect(damageOf(read)).toMatch(/^a link map of 3 links for \d+$/);
  });
});

describe("the drawing of paths", () => {
  it("has a row a hop, and puts devices of a crowded row together by plane", () => {
    const graph = decodeFabric(railFabric(4, 1, 2, 40));
    const [from, to] = [graph.findDevice("node0/gpu0"), graph.findDevice("node3/gpu0")];
    const map = pathMap(graph, undefined, shortestPaths(graph, from, to)!);
    expect(map.items.map((i) => [i.row, i.devices.length, i.plane])).toEqual([
      [0, 1, -1],
      [1, 1, 0],
      [2, 40, 0],
      [3, 1, 0],
      [4, 1, -1],
    ]);
    expect(map.edges.map((e) => e.links)).toEqual([1, 40, 40, 1]);
    expect([map.least, map.most]).toEqual([4000, 4000]); // four links of 1 ns
  });
  it("tells the latencies of unlike paths apart", () => {
    const fabric = railFabric(2, 1, 2, 2);
    const graph = decodeFabric(fabric);
    const slow = graph.findDevice("plane0/spine1");
    for (const l of graph.inLinks(slow)) graph.links.latency[l] = 9000;
    const map = pathMap(graph, undefined, shortestPaths(graph, graph.findDevice("node0/gpu0"), graph.findDevice("node1/gpu0"))!);
    expect([map.least, map.most]).toEqual([4000, 12_000]);
  });
});
