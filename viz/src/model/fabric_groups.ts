// The devices of a cluster as groups in groups, made when opened: planes hold pods and tiers, node groups hold nodes or
// rails, long lists are cut into runs. A group draws lines only when they are few enough to be read.

import { ACCELERATOR, NETWORK_SWITCH, NIC, SCALEUP_SWITCH, type FabricGraph, type Load } from "./fabric_graph";

export type GroupKind =
  | "cluster"
  | "member"
  | "plane"
  | "pod"
  | "tier"
  | "nodes"
  | "domains"
  | "rails"
  | "node"
  | "domain"
  | "rail"
  | "loose"
  | "run"
  | "unused"
  | "device";

/** `first` and `last` are what its label counts: the number of the plane, pod, tier, node, rail, or of a run"s ends. */
export interface Group {
  id: string; // path from the root, unique
  kind: GroupKind;
  first: number;
  last: number;
  devices: Uint32Array;
  /** The kind of the members of a run. */
  of?: GroupKind;
  /** The members of what a run did not use. */
  members?: readonly Group[];
}

export interface GroupSummary {
  cards: number;
  nics: number;
  scaleUpSwitches: number;
  switches: number;
  inside: number; // directed links with both ends in the group
  border: number; // with one
  downDevices: number;
  downLinks: number; // inside or border, of devices that are up
  degradedLinks: number;
  meanUtilisation: number; // of links inside and border that are up; NaN without any
  maxUtilisation: number;
}

/** Members a list shows at once. */
export const LIST_LIMIT = 64;
/** Cables that a drawing may have. */
export const LINE_LIMIT = 2500;

function divide(devices: Uint32Array, key: (d: number) => number): [number, Uint32Array][] {
  const lists = new Map<number, number[]>();
  for (const d of devices) {
    const k = key(d);
    const list = lists.get(k);
    if (list) list.push(d);
    else lists.set(k, [d]);
  }
  return [...lists].sort((a, b) => a[0] - b[0]).map(([k, list]) => [k, Uint32Array.from(list)]);
}

function byKey(parent: Group, kind: GroupKind, devices: Uint32Array, key: (d: number) => number): Group[] {
  return divide(devices, key).map(([k, members]) => ({
    id: `${parent.id}/${kind}${k}`,
    kind,
    first: k,
    last: k,
    devices: members,
  }));
}

/** Cuts a long list into runs; runs of runs where it is very long. */
export function inRuns(parent: Group, members: Group[]): Group[] {
  if (members.length <= LIST_LIMIT) return members;
  let size = LIST_LIMIT;
  while (members.length / size > LIST_LIMIT) size *= LIST_LIMIT;
  const runs: Group[] = [];
  for (let at = 0; at < members.length; at += size) {
    const slice = members.slice(at, at + size);
    const devices = new Uint32Array(slice.reduce((n, g) => n + g.devices.length, 0));
    let end = 0;
    for (const g of slice) {
      devices.set(g.devices, end);
      end += g.devices.length;
    }
    const first = slice[0]!;
    const last = slice[slice.length - 1]!;
    runs.push({
      id: `${parent.id}/run${at}`,
      kind: "run",
      of: first.kind,
      first: first.first,
      last: last.last,
      devices: devices.sort(),
    });
  }
  return runs;
}

// Groups, their children and their sums are asked for by several drawings, and of a quarter of a million cards they take
// their time: each is made once.
const roots = new WeakMap<FabricGraph, Group>();
const childrenKept = new WeakMap<Group, readonly Group[]>();
const sumsKept = new WeakMap<Group, Map<Load | undefined, GroupSummary>>();

export function rootGroup(graph: FabricGraph): Group {
  let root = roots.get(graph);
  if (!root) {
    const devices = new Uint32Array(graph.devices.count);
    for (let d = 0; d < devices.length; d++) devices[d] = d;
    root = { id: "cluster", kind: "cluster", first: 0, last: 0, devices };
    roots.set(graph, root);
  }
  return root;
}

/** Planes of switches, then the cards by node, by scale-up domain where that is another thing, and by rail. */
function parts(graph: FabricGraph, group: Group): Group[] {
  const d = graph.devices;
  const isSwitch = (x: number): boolean => d.kind[x] === NETWORK_SWITCH;
  const children = byKey(group, "plane", group.devices.filter(isSwitch), (x) => d.plane[x]!);
  const more = (kind: GroupKind, devices: Uint32Array): void => {
    if (devices.length > 0) children.push({ id: `${group.id}/${kind}`, kind, first: 0, last: 0, devices });
  };
  const others = group.devices.filter((x) => !isSwitch(x));
  const inNodes = others.filter((x) => d.node[x]! >= 0);
  const inDomains = others.filter((x) => d.domain[x]! >= 0);
  const onRails = others.filter((x) => d.rail[x]! >= 0);
  const nodes = new Set(inNodes.map((x) => d.node[x]!)).size;
  const domains = new Set(inDomains.map((x) => d.domain[x]!)).size;
  more("nodes", inNodes);
  if (domains < nodes || nodes === 0) more("domains", inDomains);
  if (new Set(onRails.map((x) => d.rail[x]!)).size > 1) more("rails", onRails);
  more("loose", others.filter((x) => d.node[x]! < 0 && d.domain[x]! < 0));
  return children;
}

/** What opening a group shows. Empty: a device. */
export function childrenOf(graph: FabricGraph, group: Group): readonly Group[] {
  let children = childrenKept.get(group);
  if (!children) childrenKept.set(group, (children = makeChildren(graph, group)));
  return children;
}

function makeChildren(graph: FabricGraph, group: Group): Group[] {
  const d = graph.devices;
  const asDevices = (): Group[] =>
    inRuns(group, byKey(group, "device", group.devices, (x) => x));
  switch (group.kind) {
    case "cluster":
      if (graph.memberNames.length > 1) return byKey(group, "member", group.devices, (x) => d.member[x]!);
      return parts(graph, group);
    case "member":
      return parts(graph, group);
    case "unused":
      return group.members ? [...group.members] : parts(graph, group);
    case "plane": {
      const podded = group.devices.filter((x) => d.pod[x]! >= 0);
      const pods = byKey(group, "pod", podded, (x) => d.pod[x]!);
      if (pods.length > 1) {
        const tiers = byKey(group, "tier", group.devices.filter((x) => d.pod[x]! < 0), (x) => d.tier[x]!);
        return [...tiers.reverse(), ...inRuns(group, pods)];
      }
      return byKey(group, "tier", group.devices, (x) => d.tier[x]!).reverse();
    }
    case "pod":
      return byKey(group, "tier", group.devices, (x) => d.tier[x]!).reverse();
    case "nodes":
      return inRuns(group, byKey(group, "node", group.devices, (x) => d.node[x]!));
    case "domains":
      return inRuns(group, byKey(group, "domain", group.devices, (x) => d.domain[x]!));
    case "rails":
      return inRuns(group, byKey(group, "rail", group.devices, (x) => d.rail[x]!));
    case "run": {
      const of = group.of!;
      if (of === "device") return asDevices();
      const key = of === "node" ? d.node : of === "rail" ? d.rail : of === "domain" ? d.domain : d.pod;
      return inRuns(group, byKey(group, of, group.devices, (x) => key[x]!));
    }
    case "device":
      return [];
    default:
      return asDevices();
  }
}

export function summarise(graph: FabricGraph, group: Group, load: Load | undefined): GroupSummary {
  let kept = sumsKept.get(group);
  if (!kept) sumsKept.set(group, (kept = new Map()));
  let sums = kept.get(load);
  if (!sums) kept.set(load, (sums = addUp(graph, group, load)));
  return sums;
}

/** Every link that a device of the group has, once. */
function eachLink(graph: FabricGraph, { devices }: Group, member: Uint8Array, visit: (link: number, inside: boolean) => void): void {
  const { from, to, count } = graph.links;
  // Of a large group all links are looked at: that is less than to gather those of each device.
  if (devices.length * 8 > graph.devices.count) {
    for (let l = 0; l < count; l++) {
      const ends = member[from[l]!]! + member[to[l]!]!;
      if (ends > 0) visit(l, ends === 2);
    }
    return;
  }
  for (const d of devices) {
    for (const l of graph.outLinks(d)) visit(l, member[to[l]!] === 1);
    for (const l of graph.inLinks(d)) if (member[from[l]!] === 0) visit(l, false);
  }
}

function addUp(graph: FabricGraph, group: Group, load: Load | undefined): GroupSummary {
  const { devices, links } = graph;
  const member = new Uint8Array(devices.count);
  for (const d of group.devices) member[d] = 1;
  const s: GroupSummary = {
    cards: 0,
    nics: 0,
    scaleUpSwitches: 0,
    switches: 0,
    inside: 0,
    border: 0,
    downDevices: 0,
    downLinks: 0,
    degradedLinks: 0,
    meanUtilisation: NaN,
    maxUtilisation: NaN,
  };
  let sum = 0;
  let up = 0;
  let most = -Infinity;
  const visit = (l: number, inside: boolean): void => {
    if (inside) s.inside++;
    else s.border++;
    if (!graph.isUp(l)) {
      if (devices.up[links.from[l]!] && devices.up[links.to[l]!]) s.downLinks++;
      return;
    }
    if (graph.isDegraded(l)) s.degradedLinks++;
    if (!load) return;
    const u = load.utilisation[l]!;
    sum += u;
    up++;
    if (u > most) most = u;
  };
  for (const d of group.devices) {
    switch (devices.kind[d]) {
      case ACCELERATOR:
        s.cards++;
        break;
      case NIC:
        s.nics++;
        break;
      case SCALEUP_SWITCH:
        s.scaleUpSwitches++;
        break;
      default:
        s.switches++;
    }
    if (!devices.up[d]) s.downDevices++;
  }
  eachLink(graph, group, member, visit);
  if (up > 0) {
    s.meanUtilisation = sum / up;
    s.maxUtilisation = most;
  }
  return s;
}
