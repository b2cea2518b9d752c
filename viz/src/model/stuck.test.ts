import { describe, expect, it } from "vitest";
import { DeviceTable_Kind } from "../schema";
import { decodeFabric } from "./fabric_decode";
import { makeFabric, railFabric } from "./fabric_fixture";
import type { FabricGraph, Load } from "./fabric_graph";
import { topLinks } from "./stuck_links";
import { linkMatrix, tierMatrix } from "./stuck_matrix";
import { band, layOut, sankeyOf } from "./stuck_sankey";

function loadBy(graph: FabricGraph, bytes: (from: string, to: string) => number): Load {
  const load = { bytes: new Float64Array(graph.links.count), utilisation: new Float64Array(graph.links.count) };
  for (let l = 0; l < graph.links.count; l++) {
    load.bytes[l] = bytes(graph.deviceName(graph.links.from[l]!), graph.deviceName(graph.links.to[l]!));
    load.utilisation[l] = (load.bytes[l]! * 8) / (graph.links.rate[l]! * 1e-6);
  }
  return load;
}

const graph = decodeFabric(railFabric(4, 2, 2, 3));
const tier = (name: string): number => graph.tierNames.indexOf(name);

describe("matrices", () => {
  it("cross leaves and spines, one direction at a time", () => {
    const load = loadBy(graph, (from, to) => (from === "plane1/leaf1" && to === "plane1/spine2" ? 50 : 0));
    const up = linkMatrix(graph, load, { tier: tier("leaf-spine"), plane: 1, pod: -1, direction: "up" });
    expect([up.form, up.rows.length, up.columns.length, up.count]).toEqual(["crossed", 2, 3, 6]);
    expect(graph.linkName(up.link[1 * 3 + 2]!)).toBe("plane1/leaf1 -> plane1/spine2");
    expect(load.utilisation[up.link[5]!]).toBeGreaterThan(0);
    const down = linkMatrix(graph, load, { tier: tier("leaf-spine"), plane: 1, pod: -1, direction: "down" });
    expect(graph.linkName(down.link[5]!)).toBe("plane1/spine2 -> plane1/leaf1");
    expect(load.utilisation[down.link[5]!]).toBe(0);
  });
  it("pack links of cards by the switch they meet", () => {
    const wide = decodeFabric(railFabric(32, 2, 8, 2));
    const m = linkMatrix(wide, undefined, { tier: wide.tierNames.indexOf("gpu-leaf"), plane: 0, pod: -1, direction: "up" });
    expect([m.form, m.rows.length, m.columns.length, m.count]).toEqual(["packed", 8, 4, 32]);
    expect(wide.linkName(m.link[7 * 4 + 3]!)).toBe("node31/gpu0 -> plane0/leaf7");
    // NVLinks of 32 nodes, two a node: a column a node, since the page is wide.
    const nvlink = linkMatrix(wide, undefined, { tier: wide.tierNames.indexOf("nvlink"), plane: -1, pod: -1, direction: "up" });
    expect([nvlink.form, nvlink.rows.length, nvlink.columns.length, nvlink.count]).toEqual(["across", 2, 32, 64]);
    expect(wide.linkName(nvlink.link[1 * 32 + 30]!)).toBe("node30/gpu1 -> node30/nvswitch");
    expect(new Set(nvlink.link).size).toBe(64);
  });
  it("hold every link of the tier exactly once, parallel ones in one cell", () => {
    const sw = (name: string, t: number) => ({ name, kind: DeviceTable_Kind.network_switch, plane: 0, tier: t });
    const twice = decodeFabric(
      makeFabric(
        [sw("l", 1), sw("s", 2)],
        [
          { from: "l", to: "s", tier: "x", plane: 0 },
          { from: "l", to: "s", tier: "x", plane: 0 },
        ],
      ),
    );
    const m = linkMatrix(twice, undefined, { tier: 0, plane: 0, pod: -1, direction: "up" });
    expect([...m.parallel]).toEqual([2]);
    expect(m.count).toBe(2);
  });
  it("show links between switches of one level whole", () => {
    const sw = (name: string) => ({ name, kind: DeviceTable_Kind.network_switch, plane: 0, tier: 1 });
    const mesh = decodeFabric(
      makeFabric(
        [sw("a"), sw("b"), sw("c")],
        [
          { from: "a", to: "b", tier: "local", plane: 0 },
          { from: "b", to: "c", tier: "local", plane: 0 },
          { from: "a", to: "c", tier: "local", plane: 0 },
        ],
      ),
    );
    const m = linkMatrix(mesh, undefined, { tier: 0, plane: 0, pod: -1, direction: "down" });
    expect(m.level).toBe(true);
    expect(m.count).toBe(6);
    expect([...m.link].filter((l) => l < 0).length).toBe(3); // the diagonal
  });
  it("keep to a pod when asked", () => {
    const sw = (name: string, t: number, pod: number) => ({ name, kind: DeviceTable_Kind.network_switch, plane: 0, tier: t, pod });
    const pods = decodeFabric(
      makeFabric(
        [sw("l0", 1, 0), sw("l1", 1, 1), sw("s0", 2, 0), sw("s1", 2, 1)],
        [
          { from: "l0", to: "s0", tier: "x", plane: 0 },
          { from: "l1", to: "s1", tier: "x", plane: 0 },
        ],
      ),
    );
    const m = linkMatrix(pods, undefined, { tier: 0, plane: 0, pod: 1, direction: "up" });
    expect(m.count).toBe(1);
    expect(pods.linkName(m.link[0]!)).toBe("l1 -> s1");
  });
  it("add tiers up, mean by capacity over links that are up", () => {
    const hurt = decodeFabric(railFabric(4, 2, 2, 3, ["plane0/leaf0 plane0/spine1"]));
    // 400 Gb/s for 1 us are 50,000 bytes.
    const load = loadBy(hurt, (from, to) => (from === "plane0/leaf0" && to === "plane0/spine0" ? 25_000 : 0));
    const m = tierMatrix(hurt, load, 0);
    expect(m.classes.map((c) => [c.kind, c.tier])).toEqual([
      [DeviceTable_Kind.accelerator, 0],
      [DeviceTable_Kind.network_switch, 1],
      [DeviceTable_Kind.network_switch, 2],
    ]);
    const up = m.cells[1 * 3 + 2]!;
    expect([up.links, up.down, up.bytes]).toEqual([6, 1, 25_000]);
    expect(up.mean).toBeCloseTo(0.5 / 5, 12);
    expect(up.most).toBeCloseTo(0.5, 12);
    expect(hurt.linkName(up.mostLink)).toBe("plane0/leaf0 -> plane0/spine0");
    expect(m.cells[0]).toBeUndefined();
    // All planes and NVLink: cards, scale-up switches, leaves, spines.
    expect(tierMatrix(hurt, load, undefined).classes.length).toBe(4);
  });
});

describe("top links", () => {
  it("put links that carry the same into one row", () => {
    const load = loadBy(graph, (from, to) => (to.includes("spine") ? 40 : from.includes("gpu") ? 10 : 0));
    const rows = topLinks(graph, load, 20, true);
    expect(rows[0]).toMatchObject({ alike: 12, bytes: 40, tier: tier("leaf-spine") });
    expect(rows.reduce((n, r) => n + r.alike, 0)).toBe(graph.links.count);
    expect([rows[0]!.plane, rows[0]!.lastPlane]).toEqual([0, 1]); // both planes, not the first alone
    const single = topLinks(graph, load, 5, false);
    expect(single.map((r) => r.alike)).toEqual([1, 1, 1, 1, 1]);
    expect(single[0]!.link).toBeLessThan(single[1]!.link);
  });
});

describe("the flow of bytes", () => {
  it("climbs, turns and descends, and loses nothing", () => {
    // Each card sends 100: at the leaf 40 turn and 60 go on over 3 spines, 20 each.
    const load = loadBy(graph, (from, to) => {
      if (to.includes("nvswitch") || from.includes("nvswitch")) return 7;
      if (from.includes("gpu") || to.includes("gpu")) return 100;
      return (60 * 2) / 3; // two cards a leaf
    });
    const sankey = sankeyOf(graph, load);
    const flow = (from: string, to: string) =>
      sankey.flows.find((f) => sankey.nodes[f.from]!.key === from && sankey.nodes[f.to]!.key === to)!;
    expect(flow("cards up", "switch 1 0 up").bytes).toBe(400);
    expect(flow("switch 1 0 up", "switch 2 0 up").bytes).toBe(240);
    const turn = flow("switch 1 0 up", "switch 1 0 down");
    expect([turn.bytes, turn.links]).toEqual([160, 0]);
    expect(flow("switch 2 0 up", "switch 2 0 down").bytes).toBe(240);
    expect(flow("scaleup 0 -1 up", "scaleup 0 -1 down").bytes).toBe(8 * 7);
    for (const [i, node] of sankey.nodes.entries()) {
      if (node.what === "cards") continue;
      const sum = (end: "from" | "to") => sankey.flows.reduce((b, f) => (f[end] === i ? b + f.bytes : b), 0);
      expect(sum("from"), node.key).toBeCloseTo(sum("to"), 9);
    }
  });
  it("has a box for links within a level", () => {
    const sw = (name: string) => ({ name, kind: DeviceTable_Kind.network_switch, plane: 0, tier: 1 });
    const card = (name: string) => ({ name, kind: DeviceTable_Kind.accelerator });
    const two = decodeFabric(
      makeFabric(
        [card("a"), card("b"), sw("x"), sw("y")],
        [
          { from: "a", to: "x", tier: "gpu-leaf", plane: 0 },
          { from: "b", to: "y", tier: "gpu-leaf", plane: 0 },
          { from: "x", to: "y", tier: "global", plane: 0 },
        ],
      ),
    );
    const sankey = sankeyOf(two, loadBy(two, () => 5));
    const level = sankey.nodes.find((n) => n.what === "level")!;
    expect(two.tierNames[level.tier]).toBe("global");
    layOut(sankey, 600, 300, 12, 8);
    expect(level.bytes).toBe(10); // both directions
  });
  it("draws the planes beyond the eighth as one", () => {
    const many = decodeFabric(railFabric(2, 12, 1, 1));
    const sankey = sankeyOf(many, loadBy(many, () => 1));
    expect(sankey.planesTogether).toBe(5);
    expect(new Set(sankey.nodes.map((n) => n.plane))).toEqual(new Set([-2, -1, 0, 1, 2, 3, 4, 5, 6]));
  });
  it("lays boxes out inside the picture, one scale, none over another", () => {
    const sankey = sankeyOf(graph, loadBy(graph, (from) => (from.includes("gpu") ? 100 : 50)));
    layOut(sankey, 800, 400, 14, 10);
    for (const n of sankey.nodes) {
      expect(n.y).toBeGreaterThanOrEqual(-1e-9);
      expect(n.y + n.height).toBeLessThanOrEqual(400 + 1);
      expect(n.x + n.width).toBeLessThanOrEqual(800 + 1e-9);
      for (const m of sankey.nodes)
        if (m !== n && m.column === n.column) expect(m.y >= n.y + n.height - 1e-6 || n.y >= m.y + m.height - 1e-6).toBe(true);
    }
    const scales = sankey.flows.map((f) => f.thickness / f.bytes);
    for (const s of scales) expect(s).toBeCloseTo(scales[0]!, 12);
  });
});

describe("a band", () => {
  it("is as high as it is thick from end to end, however steep it is", () => {
    const node = (x: number) => ({ key: "", what: "cards", side: "up", tier: 0, plane: -1, column: 0, bytes: 1, x, y: 0, width: 12, height: 400 }) as const;
    const flow = { from: 0, to: 1, bytes: 1, links: 1, utilisation: 0.5, fromY: 200, toY: 300, thickness: 200 };
    // From x 12 to x 40: its upper edge from 100 to 200, its lower edge back from 400 to 300.
    expect(band(node(0), node(40), flow)).toBe("M12 100C26 100 26 200 40 200V400C26 400 26 300 12 300Z");
    expect(band(node(0), node(40), { ...flow, thickness: 0.01 })).toBe("M12 199.5C26 199.5 26 299.5 40 299.5V300.5C26 300.5 26 200.5 12 200.5Z");
  });
});
