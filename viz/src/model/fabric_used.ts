// What of a cluster a run used: devices whose links carried bytes. Of a job on a few cards of a large cluster the rest is one
// group, which opens like any other.

import { NETWORK_SWITCH, type FabricGraph, type Load } from "./fabric_graph";
import type { Group } from "./fabric_groups";

/** By device: 1 where a link from or to it carried bytes. */
export type Used = Uint8Array;

const known = new WeakMap<Load, Used | null>();

/** Null: all of it was, or nothing, so there is nothing to tell apart. */
export function usedOf(graph: FabricGraph, load: Load | undefined): Used | null {
  if (!load) return null;
  let used = known.get(load);
  if (used !== undefined) return used;
  const { links, devices } = graph;
  const found = new Uint8Array(devices.count);
  for (let l = 0; l < links.count; l++) if (load.bytes[l]! > 0) found[links.from[l]!] = found[links.to[l]!] = 1;
  const count = found.reduce((sum, one) => sum + one, 0);
  used = count > 0 && count < devices.count ? found : null;
  known.set(load, used);
  return used;
}

function anyUsed(group: Group, used: Used): boolean {
  return group.devices.some((d) => used[d] === 1);
}

/** Groups of one parent: those that were used in their order, then all others as one. */
export function usedFirst(groups: readonly Group[], used: Used | null, parent: Group): Group[] {
  if (!used) return [...groups];
  const first = groups.filter((g) => anyUsed(g, used));
  const others = groups.filter((g) => !first.includes(g));
  if (first.length === 0 || others.length < 2) return [...first, ...others];
  // A rail or a domain holds what a node holds as well.
  const devices = Uint32Array.from(new Set(others.flatMap((g) => [...g.devices]))).sort();
  return [...first, { ...rest(parent, devices), members: others }];
}

/** A group of what was not used, and that of what was. Null: a drawing of the used alone would say nothing. */
export function apart(graph: FabricGraph, group: Group, used: Used): { first: Uint32Array; rest: Group; hasSwitches: boolean } | null {
  const first = group.devices.filter((d) => used[d] === 1);
  if (first.length === 0 || first.length === group.devices.length) return null;
  return {
    first,
    rest: rest(group, group.devices.filter((d) => used[d] !== 1)),
    hasSwitches: first.some((d) => graph.devices.kind[d] === NETWORK_SWITCH),
  };
}

function rest(parent: Group, devices: Uint32Array): Group {
  return { id: `${parent.id}/unused`, kind: "unused", first: 0, last: 0, devices };
}
