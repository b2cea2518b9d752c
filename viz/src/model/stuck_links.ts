// The most utilised links, links that carry the same in the same place as one row.

import type { FabricGraph, Load } from "./fabric_graph";

export interface LinkRow {
  link: number; // the first of them
  alike: number; // links of the row
  utilisation: number;
  bytes: number; // of one link
  tier: number;
  plane: number; // of the first
  lastPlane: number; // the highest, where links of several planes are one row
  rate: number;
  latency: number;
}

/**
 * The `limit` first rows by utilisation. `together`: links of one tier, rate, latency and load are one row, whatever their
 * planes.
 */
export function topLinks(graph: FabricGraph, load: Load, limit: number, together: boolean): LinkRow[] {
  const { links } = graph;
  const rows = new Map<string | number, LinkRow>();
  for (let l = 0; l < links.count; l++) {
    if (!graph.isUp(l)) continue;
    const key = together ? `${links.tier[l]} ${links.rate[l]} ${links.latency[l]} ${load.bytes[l]}` : l;
    const known = rows.get(key);
    if (known) {
      known.alike++;
      known.plane = Math.min(known.plane, links.plane[l]!);
      known.lastPlane = Math.max(known.lastPlane, links.plane[l]!);
      continue;
    }
    rows.set(key, {
      link: l,
      alike: 1,
      utilisation: load.utilisation[l]!,
      bytes: load.bytes[l]!,
      tier: links.tier[l]!,
      plane: links.plane[l]!,
      lastPlane: links.plane[l]!,
      rate: links.rate[l]!,
      latency: links.latency[l]!,
    });
  }
  return [...rows.values()].sort((a, b) => b.utilisation - a.utilisation || a.link - b.link).slice(0, limit);
}
