import { describe, expect, it } from "vitest";
import { DeviceTable_Kind, LinkClass_Kind } from "../schema";
import { decodeFabric } from "./fabric_decode";
import { makeFabric, railFabric } from "./fabric_fixture";
import { childrenOf, LINE_LIMIT, rootGroup } from "./fabric_groups";
import { locate, mapOf } from "./fabric_map";

const graph = decodeFabric(railFabric(4, 2, 2, 3, ["plane0/leaf0 plane0/spine1"]));
const plane = childrenOf(graph, rootGroup(graph))[0]!;

describe("drawings", () => {
  it("show devices and cables of a small group", () => {
    const map = mapOf(graph, undefined, plane, false);
    expect(map.form).toBe("devices");
    expect(map.items.map((i) => i.level)).toEqual([2, 2, 3, 3, 3]);
    expect(map.edges.length).toBe(6);
    expect(map.edges.filter((e) => e.down === 2).length).toBe(1);
    expect(map.inside).toBe(12);
  });
  it("add what leaves the group when asked", () => {
    const map = mapOf(graph, undefined, plane, true);
    expect(map.edges.length).toBe(10);
    expect(map.items.filter((i) => i.outside).map((i) => graph.deviceName(i.group.first))).toEqual([
      "node0/gpu0",
      "node1/gpu0",
      "node2/gpu0",
      "node3/gpu0",
    ]);
  });
  it("tell both ways of a cable apart", () => {
    const load = { bytes: new Float64Array(graph.links.count), utilisation: new Float64Array(graph.links.count) };
    const [leaf, spine] = [graph.findDevice("plane0/leaf1"), graph.findDevice("plane0/spine0")];
    for (const l of graph.outLinks(leaf)) if (graph.links.to[l] === spine) load.utilisation[l] = 0.75;
    const map = mapOf(graph, load, plane, false);
    const edge = map.edges.find((e) => map.items[e.a]!.group.first === leaf && map.items[e.b]!.group.first === spine)!;
    expect([edge.forth, edge.back, edge.most]).toEqual([0.75, 0, 0.75]);
  });
  it("show boxes where devices are too many, and keep all links", () => {
    const big = decodeFabric(railFabric(512, 2, 64, 64));
    const map = mapOf(big, undefined, rootGroup(big), false);
    expect(map.form).toBe("groups");
    expect(map.items.map((i) => i.group.kind)).toEqual(["tier", "tier", "tier", "tier", "nodes"]);
    // Leaf to spine and card to leaf, in each of two planes; NVLink is inside the box of nodes.
    expect(map.edges.map((e) => e.links)).toEqual([2 * 64 * 64, 2 * 512, 2 * 64 * 64, 2 * 512]);
    expect(map.inside).toBe(big.links.count);
  });
  it("show boxes where cables are too many", () => {
    const wide = decodeFabric(railFabric(64, 1, 64, 64));
    const map = mapOf(wide, undefined, childrenOf(wide, rootGroup(wide))[0]!, false);
    expect(map.form).toBe("groups");
    expect(map.items.length).toBe(16 + 16);
    expect(map.edges.length).toBe(16 * 16);
    expect(map.edges.length).toBeLessThanOrEqual(LINE_LIMIT);
    expect(map.edges.reduce((n, e) => n + e.links, 0)).toBe(2 * 64 * 64);
  });
  it("open what stands alone", () => {
    const line = makeFabric(
      Array.from({ length: 1000 }, (_, i) => ({ name: `c${i}`, kind: DeviceTable_Kind.accelerator, node: i, domain: 0 })),
      Array.from({ length: 999 }, (_, i) => ({ from: `c${i}`, to: `c${i + 1}`, tier: "ici", kind: LinkClass_Kind.scale_up })),
    );
    const graph2 = decodeFabric(line);
    const map = mapOf(graph2, undefined, rootGroup(graph2), false);
    expect(map.items.map((i) => i.group.kind)).toContain("run");
    expect(map.edges.length).toBeGreaterThan(0);
  });
  it("show where boxes of nodes lead", () => {
    const big = decodeFabric(railFabric(512, 2, 8, 8));
    const nodes = childrenOf(big, rootGroup(big)).find((g) => g.kind === "nodes")!;
    const map = mapOf(big, undefined, nodes, true);
    expect(map.items.filter((i) => !i.outside).length).toBe(8); // runs of 64 nodes
    expect(map.items.filter((i) => i.outside).map((i) => [i.group.kind, i.group.first])).toEqual([
      ["tier", 1],
      ["tier", 1],
    ]);
    expect(map.edges.reduce((n, e) => n + e.links, 0)).toBe(512 * 2 * 2);
  });
});

describe("where a device is", () => {
  it("is a walk from the root", () => {
    const path = locate(graph, graph.findDevice("node2/gpu1"));
    expect(path.map((g) => g.kind)).toEqual(["cluster", "nodes", "node", "device"]);
    expect(path[3]!.id).toBe("cluster/nodes/node2/device7");
    expect(locate(graph, graph.findDevice("plane1/spine2")).map((g) => g.id)).toEqual([
      "cluster",
      "cluster/plane1",
      "cluster/plane1/tier2",
      `cluster/plane1/tier2/device${graph.findDevice("plane1/spine2")}`,
    ]);
  });
});
