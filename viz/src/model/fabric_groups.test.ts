import { describe, expect, it } from "vitest";
import { DeviceTable_Kind } from "../schema";
import { decodeFabric } from "./fabric_decode";
import { makeFabric, railFabric } from "./fabric_fixture";
import { childrenOf, inRuns, LIST_LIMIT, rootGroup, summarise, type Group } from "./fabric_groups";

const graph = decodeFabric(railFabric(4, 2, 2, 3, ["plane0/leaf0 plane0/spine1"]));
const shown = (groups: readonly Group[]): string[] => groups.map((g) => `${g.kind} ${g.first}: ${g.devices.length}`);

function open(of: typeof graph, ...path: number[]): Group {
  return path.reduce((group, child) => childrenOf(of, group)[child]!, rootGroup(of));
}

describe("groups", () => {
  it("open a cluster into planes, nodes and rails", () => {
    expect(shown(childrenOf(graph, rootGroup(graph)))).toEqual(["plane 0: 5", "plane 1: 5", "nodes 0: 12", "rails 0: 8"]);
    expect(shown(childrenOf(graph, open(graph, 0)))).toEqual(["tier 2: 3", "tier 1: 2"]);
    expect(shown(childrenOf(graph, open(graph, 2)))).toEqual(["node 0: 3", "node 1: 3", "node 2: 3", "node 3: 3"]);
    expect(shown(childrenOf(graph, open(graph, 3)))).toEqual(["rail 0: 4", "rail 1: 4"]);
  });
  it("end at devices, with ids that are paths", () => {
    const card = open(graph, 2, 1, 0);
    expect(card.kind).toBe("device");
    expect(graph.deviceName(card.devices[0]!)).toBe("node1/gpu0");
    expect(card.id).toBe("cluster/nodes/node1/device3");
    expect(childrenOf(graph, card)).toEqual([]);
  });
  it("hold each device once below planes and nodes together", () => {
    const leaves = (g: Group): number[] => {
      const below = childrenOf(graph, g);
      return below.length === 0 ? [...g.devices] : below.flatMap(leaves);
    };
    const kinds = childrenOf(graph, rootGroup(graph)).filter((g) => g.kind !== "rails");
    const all = kinds.flatMap(leaves).sort((a, b) => a - b);
    expect(all).toEqual([...rootGroup(graph).devices]);
  });
  it("count their links once each, in large groups as in small ones", () => {
    const big = decodeFabric(railFabric(64, 2, 8, 4, ["plane0/leaf0 plane0/spine1", "plane1/leaf3 plane1/spine0"]));
    const { links } = big;
    const utilisation = Float64Array.from({ length: links.count }, (_, l) => (l % 7) / 8);
    const load = { bytes: utilisation, utilisation };
    let seen = 0;
    const check = (group: Group): void => {
      const members = new Set(group.devices);
      const met = [...links.from.keys()].filter((l) => members.has(links.from[l]!) || members.has(links.to[l]!));
      const inside = met.filter((l) => members.has(links.from[l]!) && members.has(links.to[l]!));
      const up = met.filter((l) => big.isUp(l)).map((l) => utilisation[l]!);
      const sums = summarise(big, group, load);
      expect([sums.inside, sums.border, sums.downLinks], group.id).toEqual([inside.length, met.length - inside.length, met.length - up.length]);
      expect(sums.maxUtilisation, group.id).toBe(Math.max(...up));
      expect(sums.meanUtilisation, group.id).toBeCloseTo(up.reduce((a, b) => a + b, 0) / up.length, 12);
      ++seen;
      childrenOf(big, group).forEach(check);
    };
    check(rootGroup(big));
    expect(seen).toBeGreaterThan(300);
  });
  it("cut long lists into runs of runs, so that no list is longer than the limit", () => {
    const big = decodeFabric(
      makeFabric(
        Array.from({ length: 5000 }, (_, i) => ({ name: `n${i}`, kind: DeviceTable_Kind.accelerator, node: i, domain: i })),
        [{ from: "n0", to: "n1", tier: "x" }],
      ),
    );
    const walk = (g: Group): number => {
      const below = childrenOf(big, g);
      expect(below.length).toBeLessThanOrEqual(LIST_LIMIT);
      return below.length === 0 ? g.devices.length : below.reduce((n, b) => n + walk(b), 0);
    };
    const nodes = childrenOf(big, rootGroup(big)).find((g) => g.kind === "nodes")!;
    expect(walk(nodes)).toBe(5000);
    expect(inRuns(nodes, []).length).toBe(0);
  });
  it("put pods between a plane and its tiers", () => {
    const leaf = (name: string, pod: number, tier = 1) => ({ name, kind: DeviceTable_Kind.network_switch, plane: 0, pod, tier });
    const pods = decodeFabric(
      makeFabric(
        [leaf("a", 0), leaf("b", 0), leaf("c", 1), leaf("core", -1, 3)],
        [
          { from: "a", to: "core", tier: "x" },
          { from: "c", to: "core", tier: "x" },
        ],
      ),
    );
    expect(shown(childrenOf(pods, open(pods, 0)))).toEqual(["tier 3: 1", "pod 0: 2", "pod 1: 1"]);
  });
});

describe("what a group says of itself", () => {
  it("counts devices, links and faults", () => {
    // Plane 0: 2 leaves, 3 spines, 6 cables between (one down), 4 to cards outside. Links are twice as many.
    const s = summarise(graph, open(graph, 0), undefined);
    expect([s.switches, s.cards, s.inside, s.border]).toEqual([5, 0, 12, 8]);
    expect([s.downLinks, s.downDevices, s.degradedLinks]).toEqual([2, 0, 0]);
    expect(s.meanUtilisation).toBeNaN();
  });
  it("means utilisation over links that are up", () => {
    const utilisation = new Float64Array(graph.links.count);
    const leaf = graph.findDevice("plane1/leaf0");
    for (const l of graph.outLinks(leaf)) utilisation[l] = 0.5;
    const device: Group = { id: "x", kind: "device", first: leaf, last: leaf, devices: Uint32Array.of(leaf) };
    const s = summarise(graph, device, { utilisation, bytes: utilisation });
    expect(s.maxUtilisation).toBe(0.5);
    expect(s.meanUtilisation).toBe(0.25); // half of its links enter it
  });
});
