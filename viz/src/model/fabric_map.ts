// What a drawing of a group shows: its devices and cables when they are few, else groups as boxes and all links between two
// boxes as one line. So a drawing has at most a few thousand lines whatever the cluster.

import type { FabricGraph, Load } from "./fabric_graph";
import { childrenOf, LINE_LIMIT, rootGroup, type Group } from "./fabric_groups";
import { apart, usedFirst, type Used } from "./fabric_used";

export interface MapItem {
  group: Group;
  level: number; // height of its highest device
  outside: boolean; // not of the group that is drawn
  downDevices: number;
}

/** Links between two items, both ways. */
export interface MapEdge {
  a: number; // into items, a < b
  b: number;
  links: number; // directed
  down: number;
  degraded: number;
  rate: number; // of one link, bits per second; the least
  nominalRate: number; // of that link
  forth: number; // utilisation a to b, mean by capacity; NaN without
  back: number;
  most: number;
}

export interface FabricMap {
  form: "devices" | "groups";
  items: MapItem[];
  edges: MapEdge[];
  inside: number; // links inside the group, drawn or not
  rest: Group | null; // of the group, what was not used and is not drawn
}

/** Boxes of one drawing, about. */
const BOX_LIMIT = 40;
/** Boxes of one long tier. */
const PARTS = 16;
/** Devices of one drawing. */
const DEVICE_LIMIT = 700;

/** Adds directed links up by pairs of items. */
export class Edges {
  private readonly found = new Map<number, { edge: MapEdge; capacity: [number, number]; used: [number, number] }>();

  constructor(
    private readonly graph: FabricGraph,
    private readonly load: Load | undefined,
    private readonly items: number,
  ) {}

  get size(): number {
    return this.found.size;
  }

  add(from: number, to: number, link: number): void {
    const [a, b] = from < to ? [from, to] : [to, from];
    const key = a * this.items + b;
    let entry = this.found.get(key);
    if (!entry) {
      const edge = { a, b, links: 0, down: 0, degraded: 0, rate: Infinity, nominalRate: 0, forth: NaN, back: NaN, most: NaN };
      this.found.set(key, (entry = { edge, capacity: [0, 0], used: [0, 0] }));
    }
    const { edge } = entry;
    const rate = this.graph.links.rate[link]!;
    edge.links++;
    if (rate < edge.rate) {
      edge.rate = rate;
      edge.nominalRate = this.graph.links.nominalRate[link]!;
    }
    if (!this.graph.isUp(link)) {
      edge.down++;
      return;
    }
    if (this.graph.isDegraded(link)) edge.degraded++;
    if (!this.load) return;
    const used = this.load.utilisation[link]!;
    const way = from === a ? 0 : 1;
    entry.capacity[way] += rate;
    entry.used[way] += rate * used;
    if (!(edge.most >= used)) edge.most = used;
  }

  list(): MapEdge[] {
    return [...this.found.values()]
      .map(({ edge, capacity, used }) => {
        if (capacity[0] > 0) edge.forth = used[0] / capacity[0];
        if (capacity[1] > 0) edge.back = used[1] / capacity[1];
        return edge;
      })
      .sort((x, y) => x.a - y.a || x.b - y.b);
  }
}

/** The group and its parents, the root first, that a device is reached by. */
export function locate(graph: FabricGraph, device: number): Group[] {
  const path = [rootGroup(graph)];
  for (;;) {
    const here = path[path.length - 1]!;
    const next = childrenOf(graph, here).find((g) => g.kind !== "rails" && g.devices.includes(device));
    if (!next) return path;
    path.push(next);
  }
}

/** Children that hold each device once, opened further while there is room; what was not used as one. */
function boxesOf(graph: FabricGraph, group: Group, used: Used | null): Group[] {
  const once = (g: Group): Group[] => {
    const children = childrenOf(graph, g);
    const hasNodes = children.some((c) => c.kind === "nodes");
    return children.filter((c) => c.kind !== "rails" && (c.kind !== "domains" || !hasNodes));
  };
  let boxes = once(group);
  while (boxes.length === 1 && boxes[0]!.kind !== "device") boxes = once(boxes[0]!);
  for (const kinds of [["member", "plane"], ["tier"]]) {
    const opened = boxes.flatMap((b) => (kinds.includes(b.kind) ? once(b) : [b]));
    if (opened.length > BOX_LIMIT || opened.some((b) => b.kind === "device")) break;
    boxes = opened;
  }
  boxes = usedFirst(boxes, used, group);
  return boxes.length > 4 ? boxes : boxes.flatMap((b) => (b.kind === "tier" ? inParts(b) : [b]));
}

/** A long tier as equal runs of its switches, so that a plane is more than two boxes. */
function inParts(tier: Group): Group[] {
  const { devices } = tier;
  if (devices.length <= PARTS) return [tier];
  const size = Math.ceil(devices.length / PARTS);
  return Array.from({ length: Math.ceil(devices.length / size) }, (_, i): Group => {
    const part = devices.slice(i * size, (i + 1) * size);
    return { id: `${tier.id}/part${i}`, kind: "run", of: "device", first: part[0]!, last: part[part.length - 1]!, devices: part };
  });
}

function item(graph: FabricGraph, group: Group, outside: boolean): MapItem {
  let level = 0;
  let downDevices = 0;
  for (const d of group.devices) {
    level = Math.max(level, graph.level(d));
    if (!graph.devices.up[d]) downDevices++;
  }
  return { group, level, outside, downDevices };
}

function deviceGroup(device: number): Group {
  return { id: `device${device}`, kind: "device", first: device, last: device, devices: Uint32Array.of(device) };
}

/** `withBorder`: also what leaves the group, and where it leads. `used`: the rest is drawn as one. */
export function mapOf(graph: FabricGraph, load: Load | undefined, group: Group, withBorder: boolean, used: Used | null = null): FabricMap {
  const split = used && apart(graph, group, used);
  const whole = deviceMap(graph, load, group, withBorder, null);
  // Devices and no switches, as of a torus, have no groups that would say more.
  if (split && (whole || !split.hasSwitches)) {
    const map = deviceMap(graph, load, { ...group, devices: split.first }, withBorder, split.rest);
    if (map) return map;
  }
  return whole ?? boxMap(graph, load, group, withBorder, used);
}

/** Directed links with both ends in a group. */
function countInside(graph: FabricGraph, group: Group): number {
  const { links, devices } = graph;
  const member = new Uint8Array(devices.count);
  for (const d of group.devices) member[d] = 1;
  let inside = 0;
  for (let l = 0; l < links.count; l++) inside += member[links.from[l]!]! & member[links.to[l]!]!;
  return inside;
}

/** `rest`: devices beside it that are left out, with their links. */
function deviceMap(graph: FabricGraph, load: Load | undefined, group: Group, withBorder: boolean, rest: Group | null): FabricMap | undefined {
  if (group.devices.length > DEVICE_LIMIT) return undefined;
  const { links } = graph;
  const shown = new Map<number, number>(); // device to item
  const members = new Set(group.devices);
  const resting = new Set(rest?.devices ?? []);
  for (const d of group.devices) shown.set(d, shown.size);
  const taken: number[] = [];
  let inside = 0;
  const take = (l: number, other: number): boolean => {
    if (!shown.has(other)) shown.set(other, shown.size);
    taken.push(l);
    return shown.size <= DEVICE_LIMIT && taken.length <= 4 * LINE_LIMIT;
  };
  for (const d of group.devices) {
    for (const l of graph.outLinks(d)) {
      if (resting.has(links.to[l]!)) continue;
      const within = members.has(links.to[l]!);
      if (within) inside++;
      if ((within || withBorder) && !take(l, links.to[l]!)) return undefined;
    }
    if (!withBorder) continue;
    for (const l of graph.inLinks(d)) {
      const other = links.from[l]!;
      if (!members.has(other) && !resting.has(other) && !take(l, other)) return undefined;
    }
  }
  const order = [...shown.keys()].sort((a, b) => a - b);
  order.forEach((d, i) => shown.set(d, i));
  const edges = new Edges(graph, load, order.length);
  for (const l of taken) edges.add(shown.get(links.from[l]!)!, shown.get(links.to[l]!)!, l);
  if (edges.size > LINE_LIMIT) return undefined;
  const items = order.map((d) => item(graph, deviceGroup(d), !members.has(d)));
  return { form: "devices", items, edges: edges.list(), inside, rest };
}

function boxMap(graph: FabricGraph, load: Load | undefined, group: Group, withBorder: boolean, used: Used | null): FabricMap {
  const { links, devices } = graph;
  const boxes = boxesOf(graph, group, used);
  const inside = boxes.length;
  const boxOf = new Int32Array(devices.count).fill(-1);
  boxes.forEach((b, i) => b.devices.forEach((d) => (boxOf[d] = i)));
  if (withBorder)
    for (const b of boxesOf(graph, rootGroup(graph), used)) {
      const free = b.devices.filter((d) => boxOf[d]! < 0);
      if (free.length === 0) continue;
      free.forEach((d) => (boxOf[d] = boxes.length));
      boxes.push({ ...b, devices: free });
    }
  const edges = new Edges(graph, load, boxes.length);
  for (let l = 0; l < links.count; l++) {
    const from = boxOf[links.from[l]!]!;
    const to = boxOf[links.to[l]!]!;
    if (from >= 0 && to >= 0 && from !== to && (from < inside || to < inside)) edges.add(from, to, l);
  }
  const list = edges.list();
  // Boxes outside that nothing leads to are left out.
  const met = new Set(list.flatMap((e) => [e.a, e.b]));
  const kept = boxes.map((_, i) => i).filter((i) => i < inside || met.has(i));
  const place = new Map(kept.map((i, at) => [i, at]));
  for (const e of list) {
    e.a = place.get(e.a)!;
    e.b = place.get(e.b)!;
  }
  return {
    form: "groups",
    items: kept.map((i) => item(graph, boxes[i]!, i >= inside)),
    edges: list,
    inside: countInside(graph, group),
    rest: null,
  };
}
