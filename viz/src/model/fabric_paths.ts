// All shortest paths between two cards, as polyplane's routers define shortest (topology/path_finder.h): inside the
// scale-up domain where both cards are in one; else straight through the scale-out fabric; else over a card beside the
// source, beside the destination, or both (PXN). In trees a path never climbs after it has descended; links between the
// groups of a dragonfly (tier "global") are counted before hops. Links and devices that are down do not take part.

import { ACCELERATOR, NETWORK_SWITCH, SCALE_UP, type FabricGraph } from "./fabric_graph";

export interface Paths {
  /** Devices by distance from the source; the first holds the source alone, the last the destination. */
  layers: number[][];
  /** Links that lie on some shortest path, ascending. */
  links: number[];
  hops: number;
  /** Number of different paths, parallel links counted apart. Exact below 2^53. */
  count: number;
  /** Cards between source and destination take data in and send it on. */
  viaCards: boolean;
}

const GLOBAL_LENGTH = 1 << 16; // one global link is longer than any number of others

interface Entry {
  link: number;
  before: number;
}

/** What a search found: by state, which is device * 2 + (the path has begun to descend). */
interface Found {
  length: number;
  distance: Map<number, number>;
  ways: Map<number, number>;
  entered: Map<number, Entry[]>;
}

/** May the path take `link` in that phase, and then? */
function step(graph: FabricGraph, link: number, descending: number): { next: number; length: number } | undefined {
  const { links, devices } = graph;
  const from = links.from[link]!;
  const to = links.to[link]!;
  const between = devices.kind[from] === NETWORK_SWITCH && devices.kind[to] === NETWORK_SWITCH;
  const climb = between ? devices.tier[to]! - devices.tier[from]! : 0;
  if (descending && climb > 0) return undefined;
  // What a card sends on is another message, and climbs again.
  const after = devices.kind[to] === ACCELERATOR ? 0 : descending | (climb < 0 ? 1 : 0);
  const global = climb === 0 && graph.tierNames[links.tier[link]!] === "global";
  return { next: to * 2 + after, length: global ? GLOBAL_LENGTH + 1 : 1 };
}

function search(
  graph: FabricGraph,
  source: number,
  destination: number,
  usable: (link: number) => boolean,
  forwards: (device: number) => boolean,
): Found | undefined {
  const distance = new Map([[source * 2, 0]]);
  const ways = new Map([[source * 2, 1]]);
  const entered = new Map<number, Entry[]>();
  const buckets = new Map([[0, [source * 2]]]); // states by distance: few distances, so the least is found by looking
  let best = Infinity;
  while (buckets.size > 0) {
    const here = Math.min(...buckets.keys());
    const states = buckets.get(here)!;
    buckets.delete(here);
    if (here >= best) break;
    for (const state of states) {
      const device = state >> 1;
      if (distance.get(state) !== here || (device !== source && !forwards(device))) continue;
      for (const link of graph.outLinks(device)) {
        const taken = usable(link) ? step(graph, link, state & 1) : undefined;
        if (!taken) continue;
        const length = here + taken.length;
        const known = distance.get(taken.next) ?? Infinity;
        if (length > known || length > best) continue;
        if (length < known) {
          distance.set(taken.next, length);
          ways.set(taken.next, 0);
          entered.set(taken.next, []);
          const bucket = buckets.get(length);
          if (bucket) bucket.push(taken.next);
          else buckets.set(length, [taken.next]);
        }
        ways.set(taken.next, ways.get(taken.next)! + ways.get(state)!);
        entered.get(taken.next)!.push({ link, before: state });
        if (taken.next >> 1 === destination) best = length;
      }
    }
  }
  return best === Infinity ? undefined : { length: best, distance, ways, entered };
}

/** Walks back from the destination over all links that a shortest path entered by. */
function collect(found: Found, source: number, destination: number, viaCards: boolean): Paths {
  const ascending = (a: number, b: number): number => a - b;
  const ends = [destination * 2, destination * 2 + 1].filter((s) => found.distance.get(s) === found.length);
  const links = new Set<number>();
  const layers: number[][] = [];
  for (let states = new Set(ends); states.size > 0; ) {
    layers.push([...new Set([...states].map((s) => s >> 1))].sort(ascending));
    const before = new Set<number>();
    for (const state of states) {
      if (state >> 1 === source) continue;
      for (const entry of found.entered.get(state) ?? []) {
        links.add(entry.link);
        before.add(entry.before);
      }
    }
    states = before;
  }
  return {
    layers: layers.reverse(),
    links: [...links].sort(ascending),
    hops: layers.length - 1,
    count: ends.reduce((sum, s) => sum + found.ways.get(s)!, 0),
    viaCards,
  };
}

/** Undefined when no path is left, or source and destination are one. */
export function shortestPaths(graph: FabricGraph, source: number, destination: number): Paths | undefined {
  if (source === destination) return undefined;
  const { devices, links } = graph;
  const scaleUp = (l: number): boolean => links.kind[l] === SCALE_UP;
  const onScaleUp = (d: number): boolean => graph.outLinks(d).some(scaleUp);

  const inside = search(
    graph,
    source,
    destination,
    (l) => graph.isUp(l) && scaleUp(l),
    (d) => devices.forwards[d] !== 0,
  );
  if (inside) return collect(inside, source, destination, false);

  // A card of a scale-up ring or mesh forwards inside its domain only.
  const passes = (d: number): boolean =>
    devices.forwards[d] !== 0 && (devices.kind[d] !== ACCELERATOR || !onScaleUp(d));
  const outside = search(graph, source, destination, (l) => graph.isUp(l) && !scaleUp(l), passes);
  if (outside) return collect(outside, source, destination, false);

  const beside = (d: number): boolean =>
    devices.domain[d]! >= 0 &&
    (devices.domain[d] === devices.domain[source] || devices.domain[d] === devices.domain[destination]);
  const over = search(graph, source, destination, (l) => graph.isUp(l), (d) => passes(d) || beside(d));
  return over && collect(over, source, destination, true);
}
