// The drawing of all shortest paths: a row a hop, devices of a crowded row together by plane.

import type { FabricGraph, Load } from "./fabric_graph";
import { Edges, type MapEdge } from "./fabric_map";
import type { Paths } from "./fabric_paths";

export interface PathItem {
  devices: number[];
  row: number; // hops from the source
  plane: number; // of all its devices; -1: of none, or of several
}

export interface PathMap {
  items: PathItem[];
  edges: MapEdge[];
  /** Latency of the wires, least and most over the paths, in picoseconds. */
  least: number;
  most: number;
}

/** Devices that a row shows apart. */
const ROW_LIMIT = 24;

export function pathMap(graph: FabricGraph, load: Load | undefined, paths: Paths): PathMap {
  const { devices, links } = graph;
  const items: PathItem[] = [];
  const itemOf = new Map<string, number>();
  paths.layers.forEach((layer, row) => {
    const planes = new Set(layer.map((d) => devices.plane[d]!));
    const key = (d: number): number => (layer.length <= ROW_LIMIT ? d : planes.size <= ROW_LIMIT ? devices.plane[d]! : -1);
    const groups = new Map<number, number[]>();
    for (const d of layer) {
      const list = groups.get(key(d));
      if (list) list.push(d);
      else groups.set(key(d), [d]);
    }
    for (const list of groups.values()) {
      for (const d of list) itemOf.set(`${row} ${d}`, items.length);
      const plane = devices.plane[list[0]!]!;
      items.push({ devices: list, row, plane: list.every((d) => devices.plane[d] === plane) ? plane : -1 });
    }
  });
  const edges = new Edges(graph, load, items.length);
  const least = new Map<string, number>([[`0 ${paths.layers[0]![0]}`, 0]]);
  const most = new Map(least);
  const taken = new Set(paths.links);
  paths.layers.slice(0, -1).forEach((layer, row) => {
    const next = new Set(paths.layers[row + 1]);
    for (const d of layer) {
      for (const l of graph.outLinks(d)) {
        if (!taken.has(l) || !next.has(links.to[l]!)) continue;
        edges.add(itemOf.get(`${row} ${d}`)!, itemOf.get(`${row + 1} ${links.to[l]}`)!, l);
        const to = `${row + 1} ${links.to[l]}`;
        const latency = links.latency[l]!;
        least.set(to, Math.min(least.get(to) ?? Infinity, least.get(`${row} ${d}`)! + latency));
        most.set(to, Math.max(most.get(to) ?? 0, most.get(`${row} ${d}`)! + latency));
      }
    }
  });
  const end = `${paths.hops} ${paths.layers[paths.hops]![0]}`;
  return { items, edges: edges.list(), least: least.get(end) ?? NaN, most: most.get(end) ?? NaN };
}
