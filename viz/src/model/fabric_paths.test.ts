import { describe, expect, it } from "vitest";
import { DeviceTable_Kind, LinkClass_Kind } from "../schema";
import { decodeFabric } from "./fabric_decode";
import { makeFabric, railFabric, type FixtureCable, type FixtureDevice } from "./fabric_fixture";
import type { FabricGraph } from "./fabric_graph";
import { shortestPaths } from "./fabric_paths";

function between(graph: FabricGraph, from: string, to: string) {
  const paths = shortestPaths(graph, graph.findDevice(from), graph.findDevice(to));
  return paths && { ...paths, names: paths.layers.map((layer) => layer.map(graph.deviceName)) };
}

describe("shortest paths", () => {
  const graph = decodeFabric(railFabric(4, 2, 2, 3));

  it("stay inside the scale-up domain where they can", () => {
    const paths = between(graph, "node0/gpu0", "node0/gpu1")!;
    expect(paths.names).toEqual([["node0/gpu0"], ["node0/nvswitch"], ["node0/gpu1"]]);
    expect(paths.count).toBe(1);
    expect(paths.viaCards).toBe(false);
  });
  it("turn at the leaf under one leaf, and fan out over all spines between leaves", () => {
    expect(between(graph, "node0/gpu0", "node1/gpu0")!.names[1]).toEqual(["plane0/leaf0"]);
    const paths = between(graph, "node0/gpu0", "node3/gpu0")!;
    expect(paths.hops).toBe(4);
    expect(paths.names).toEqual([
      ["node0/gpu0"],
      ["plane0/leaf0"],
      ["plane0/spine0", "plane0/spine1", "plane0/spine2"],
      ["plane0/leaf1"],
      ["node3/gpu0"],
    ]);
    expect(paths.count).toBe(3);
    expect(paths.links.length).toBe(2 + 2 * 3); // access at both ends, up and down by each spine
  });
  it("go over a card beside either end between rails", () => {
    // gpu0 and gpu1 are on different planes: NVLink before or after, 2 + 2 hops under one leaf, over either of two cards.
    const paths = between(graph, "node0/gpu0", "node1/gpu1")!;
    expect(paths.viaCards).toBe(true);
    expect(paths.hops).toBe(4);
    expect(paths.count).toBe(2);
    expect(paths.names[2]!.sort()).toEqual(["node0/gpu1", "node1/gpu0"]);
  });
  it("leave out what is down, and say when nothing is left", () => {
    const hurt = decodeFabric(railFabric(4, 2, 2, 3, ["plane0/leaf0 plane0/spine1"]));
    expect(between(hurt, "node0/gpu0", "node3/gpu0")!.names[2]).toEqual(["plane0/spine0", "plane0/spine2"]);
    const device = (name: string): FixtureDevice => ({ name, kind: DeviceTable_Kind.accelerator });
    const apart = decodeFabric(makeFabric([device("a"), device("b"), device("c")], [{ from: "a", to: "b", tier: "x" }]));
    expect(between(apart, "a", "c")).toBeUndefined();
    expect(between(apart, "a", "a")).toBeUndefined();
  });
  it("count parallel links apart", () => {
    const graph2 = decodeFabric(
      makeFabric(
        [
          { name: "a", kind: DeviceTable_Kind.accelerator },
          { name: "s", kind: DeviceTable_Kind.network_switch, tier: 1, plane: 0 },
          { name: "b", kind: DeviceTable_Kind.accelerator },
        ],
        [
          { from: "a", to: "s", tier: "x" },
          { from: "a", to: "s", tier: "x" },
          { from: "s", to: "b", tier: "x" },
          { from: "s", to: "b", tier: "x" },
          { from: "s", to: "b", tier: "x" },
        ],
      ),
    );
    expect(between(graph2, "a", "b")!.count).toBe(6);
  });
  it("never climb after descending", () => {
    // Two leaves joined only by spines: leaf0 - spine0 - leaf1 - spine1 - leaf2 would be down and up again.
    const sw = (name: string, tier: number): FixtureDevice => ({ name, kind: DeviceTable_Kind.network_switch, tier, plane: 0 });
    const card = (name: string): FixtureDevice => ({ name, kind: DeviceTable_Kind.accelerator });
    const join = (from: string, to: string): FixtureCable => ({ from, to, tier: "x", plane: 0 });
    const valley = decodeFabric(
      makeFabric(
        [card("a"), card("b"), sw("l0", 1), sw("l1", 1), sw("l2", 1), sw("s0", 2), sw("s1", 2)],
        [join("a", "l0"), join("l0", "s0"), join("l1", "s0"), join("l1", "s1"), join("l2", "s1"), join("b", "l2")],
      ),
    );
    expect(between(valley, "a", "b")).toBeUndefined();
  });
  it("prefer one global link and two local ones to two global links", () => {
    const sw = (name: string): FixtureDevice => ({ name, kind: DeviceTable_Kind.network_switch, tier: 1, plane: 0 });
    const card = (name: string): FixtureDevice => ({ name, kind: DeviceTable_Kind.accelerator });
    const graph3 = decodeFabric(
      makeFabric(
        [card("a"), card("b"), sw("g0s0"), sw("g0s1"), sw("g1s0"), sw("g1s1"), sw("g2s0")],
        [
          { from: "a", to: "g0s0", tier: "gpu-leaf" },
          { from: "b", to: "g1s0", tier: "gpu-leaf" },
          { from: "g0s0", to: "g0s1", tier: "local" },
          { from: "g1s0", to: "g1s1", tier: "local" },
          { from: "g0s1", to: "g1s1", tier: "global" },
          { from: "g0s0", to: "g2s0", tier: "global" },
          { from: "g2s0", to: "g1s0", tier: "global" },
        ],
      ),
    );
    expect(between(graph3, "a", "b")!.names).toEqual([["a"], ["g0s0"], ["g0s1"], ["g1s1"], ["g1s0"], ["b"]]);
  });
  it("pass cards of rings and meshes only where those forward", () => {
    const card = (name: string): FixtureDevice => ({ name, kind: DeviceTable_Kind.accelerator, domain: 0 });
    const ring = makeFabric(
      [card("a"), card("b"), card("c")],
      [
        { from: "a", to: "b", tier: "ici", kind: LinkClass_Kind.scale_up },
        { from: "b", to: "c", tier: "ici", kind: LinkClass_Kind.scale_up },
      ],
    );
    ring.devices!.forwardingCards = [0, 1, 2];
    expect(between(decodeFabric(ring), "a", "c")!.names).toEqual([["a"], ["b"], ["c"]]);
  });
});

describe("against a slow oracle", () => {
  // All simple paths by depth-first search under the same rules, shortest kept; small random two-tier fabrics.
  function slow(graph: FabricGraph, source: number, destination: number): { hops: number; count: number } | undefined {
    let best = Infinity;
    let count = 0;
    const walk = (device: number, seen: Set<number>, hops: number, fell: boolean): void => {
      if (device === destination) {
        if (hops < best) {
          best = hops;
          count = 0;
        }
        if (hops === best) count++;
        return;
      }
      if (device !== source && graph.devices.kind[device] === DeviceTable_Kind.accelerator) return;
      for (const l of graph.outLinks(device)) {
        const to = graph.links.to[l]!;
        if (!graph.isUp(l) || seen.has(to)) continue;
        const switches = graph.devices.tier[device]! > 0 && graph.devices.tier[to]! > 0;
        const climb = switches ? graph.devices.tier[to]! - graph.devices.tier[device]! : 0;
        if (fell && climb > 0) continue;
        walk(to, new Set([...seen, to]), hops + 1, fell || climb < 0);
      }
    };
    walk(source, new Set([source]), 0, false);
    return best === Infinity ? undefined : { hops: best, count };
  }

  it("finds as many paths of the same length", () => {
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    let reached = 0;
    for (let trial = 0; trial < 200; trial++) {
      const leaves = 2 + random(4);
      const spines = 1 + random(4);
      const devices: FixtureDevice[] = [];
      const cables: FixtureCable[] = [];
      for (let c = 0; c < 4; c++) devices.push({ name: `c${c}`, kind: DeviceTable_Kind.accelerator });
      for (let l = 0; l < leaves; l++) devices.push({ name: `l${l}`, kind: DeviceTable_Kind.network_switch, tier: 1 });
      for (let s = 0; s < spines; s++) devices.push({ name: `s${s}`, kind: DeviceTable_Kind.network_switch, tier: 2 });
      for (let c = 0; c < 4; c++)
        for (let port = 0; port <= random(2); port++) cables.push({ from: `c${c}`, to: `l${random(leaves)}`, tier: "x" });
      for (let l = 0; l < leaves; l++)
        for (let s = 0; s < spines; s++)
          if (random(3) > 0) cables.push({ from: `l${l}`, to: `s${s}`, tier: "y", down: random(6) === 0 });
      if (leaves > 2 && random(2)) cables.push({ from: "l0", to: "l1", tier: "z" });
      const graph = decodeFabric(makeFabric(devices, cables));
      const expected = slow(graph, 0, 1);
      const paths = shortestPaths(graph, 0, 1);
      expect(paths && { hops: paths.hops, count: paths.count }, `trial ${trial}`).toEqual(expected);
      if (expected) reached++;
    }
    expect(reached).toBeGreaterThan(100);
  });
});
