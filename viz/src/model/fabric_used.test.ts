import { describe, expect, it } from "vitest";
import { DeviceTable_Kind, LinkClass_Kind } from "../schema";
import { decodeFabric } from "./fabric_decode";
import { makeFabric, railFabric } from "./fabric_fixture";
import type { FabricGraph, Load } from "./fabric_graph";
import { childrenOf, rootGroup } from "./fabric_groups";
import { mapOf } from "./fabric_map";
import { usedFirst, usedOf } from "./fabric_used";

// Bytes on the links between these devices, and on no other.
function loadOn(graph: FabricGraph, names: readonly string[]): Load {
  const on = new Set(names.map((name) => graph.findDevice(name)));
  const bytes = new Float64Array(graph.links.count);
  for (let l = 0; l < bytes.length; l++) if (on.has(graph.links.from[l]!) && on.has(graph.links.to[l]!)) bytes[l] = 8;
  return { bytes, utilisation: bytes.map((b) => b / 16) };
}

// A ring of 1,000 cards, each a node.
const ring = decodeFabric(
  makeFabric(
    Array.from({ length: 1000 }, (_, i) => ({ name: `gpu${i}`, kind: DeviceTable_Kind.accelerator, node: i, domain: 0, rail: 0 })),
    Array.from({ length: 1000 }, (_, i) => ({ from: `gpu${i}`, to: `gpu${(i + 1) % 1000}`, tier: "ring", kind: LinkClass_Kind.scale_up })),
  ),
);

describe("what a run used", () => {
  it("is not told apart where it is all, or nothing", () => {
    const all = Array.from({ length: 1000 }, (_, i) => `gpu${i}`);
    expect(usedOf(ring, undefined)).toBe(null);
    expect(usedOf(ring, loadOn(ring, all))).toBe(null);
    expect(usedOf(ring, loadOn(ring, []))).toBe(null);
  });

  it("is drawn by its devices where there are no switches, and the rest is one group that opens", () => {
    const load = loadOn(ring, ["gpu3", "gpu4", "gpu5"]);
    const used = usedOf(ring, load);
    const root = rootGroup(ring);
    expect(mapOf(ring, load, root, false).form).toBe("groups");
    const map = mapOf(ring, load, root, false, used);
    expect(map.items.map((i) => ring.deviceName(i.group.first))).toEqual(["gpu3", "gpu4", "gpu5"]);
    expect(map.edges.map((e) => [e.a, e.b, e.forth])).toEqual([
      [0, 1, 0.5],
      [1, 2, 0.5],
    ]);
    expect([map.rest?.kind, map.rest?.devices.length]).toEqual(["unused", 997]);
    const inside = childrenOf(ring, map.rest!);
    expect(inside.reduce((sum, g) => Math.max(sum, g.devices.length), 0)).toBe(997);
    // Opened, it is drawn like any other.
    expect(mapOf(ring, load, map.rest!, false, used).items.length).toBeGreaterThan(2);
  });

  it("comes first in a list, then all others as one", () => {
    const load = loadOn(ring, ["gpu200", "gpu201"]);
    const nodes = childrenOf(ring, rootGroup(ring)).find((g) => g.kind === "nodes")!;
    const runs = childrenOf(ring, nodes);
    expect(runs.length).toBe(16); // 64 nodes each
    const listed = usedFirst(runs, usedOf(ring, load), nodes);
    expect(listed.map((g) => [g.kind, g.first, g.devices.length])).toEqual([
      ["run", 192, 64],
      ["unused", 0, 1000 - 64],
    ]);
    expect(childrenOf(ring, listed[1]!)).toEqual(runs.filter((g) => g.first !== 192));
    expect(usedFirst(runs, null, nodes)).toEqual(runs);
  });

  it("keeps the planes of a cluster as boxes", () => {
    const graph = decodeFabric(railFabric(512, 2, 64, 64));
    const load = loadOn(graph, ["node0/gpu0", "plane0/leaf0", "node1/gpu0"]);
    const map = mapOf(graph, load, rootGroup(graph), false, usedOf(graph, load));
    expect([map.form, map.rest]).toEqual(["groups", null]);
    expect(map.items.filter((i) => i.group.kind === "unused").length).toBe(1);
    // Every device is in one box.
    expect(map.items.reduce((sum, i) => sum + i.group.devices.length, 0)).toBe(graph.devices.count);
  });
});
