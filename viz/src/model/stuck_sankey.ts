// Where bytes climb, turn and descend: flows between the tiers of each plane, from cards that send on the left to cards
// that receive on the right. A byte counts once for each link that it crosses; what enters a tier and does not climb
// further turns there. Links between devices of one level (a torus, a dragonfly's groups) are a box of their own in the
// middle.

import { NETWORK_SWITCH, NIC, SCALEUP_SWITCH, type FabricGraph, type Load } from "./fabric_graph";

/** What a box stands for. Sides: bytes on their way up, turning, and on their way down. */
export interface SankeyNode {
  key: string;
  what: "cards" | "nic" | "scaleup" | "switch" | "level";
  side: "up" | "top" | "down";
  tier: number; // switch: of the device; level: of the links
  plane: number; // -1: none; -2: the planes that are not drawn apart
  column: number;
  bytes: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SankeyFlow {
  from: number; // into nodes
  to: number;
  bytes: number;
  /** Links that carry it; 0: it turns inside the devices. */
  links: number;
  utilisation: number; // of those links, by capacity; NaN without
  fromY: number;
  toY: number;
  thickness: number;
}

export interface Sankey {
  nodes: SankeyNode[];
  flows: SankeyFlow[];
  columns: number;
  planesTogether: number; // planes drawn as one
}

/** More planes than this are drawn as one for the rest. */
const PLANE_LIMIT = 8;

interface Sum {
  bytes: number;
  links: number;
  capacity: number;
  used: number;
}

/** Level of a device in its own ladder: scale-up switches stand beside NICs, not below leaves. */
interface Place {
  what: SankeyNode["what"];
  level: number;
  tier: number;
}

function placeOf(graph: FabricGraph, device: number): Place {
  switch (graph.devices.kind[device]) {
    case NETWORK_SWITCH:
      return { what: "switch", level: graph.level(device), tier: graph.devices.tier[device]! };
    case NIC:
      return { what: "nic", level: 1, tier: 0 };
    case SCALEUP_SWITCH:
      return { what: "scaleup", level: 1, tier: 0 };
    default:
      return { what: "cards", level: 0, tier: 0 };
  }
}

const nodeKey = (place: Place, plane: number, side: string): string =>
  place.what === "cards" ? `cards ${side}` : `${place.what} ${place.tier} ${plane} ${side}`;

/** Nodes and flows without positions. */
function collect(graph: FabricGraph, load: Load): { sums: Map<string, { from: Ladder; to: Ladder; sum: Sum }>; together: number } {
  const { links } = graph;
  const planes = graph.planes().filter((p) => p >= 0);
  const apart = new Set(planes.slice(0, planes.length > PLANE_LIMIT ? PLANE_LIMIT - 1 : PLANE_LIMIT));
  const sums = new Map<string, { from: Ladder; to: Ladder; sum: Sum }>();
  const add = (from: Ladder, to: Ladder, l: number): void => {
    const key = `${from.key}>${to.key}`;
    let entry = sums.get(key);
    if (!entry) {
      entry = { from, to, sum: { bytes: 0, links: 0, capacity: 0, used: 0 } };
      sums.set(key, entry);
    }
    entry.sum.bytes += load.bytes[l]!;
    entry.sum.links++;
    entry.sum.capacity += links.rate[l]!;
    entry.sum.used += links.rate[l]! * load.utilisation[l]!;
  };
  const at = (place: Place, plane: number, side: SankeyNode["side"]): Ladder => ({ key: nodeKey(place, plane, side), place, plane, side });
  for (let l = 0; l < links.count; l++) {
    if (load.bytes[l] === 0 || !graph.isUp(l)) continue;
    const from = placeOf(graph, links.from[l]!);
    const to = placeOf(graph, links.to[l]!);
    const own = links.plane[l]!;
    const plane = own < 0 ? -1 : apart.has(own) ? own : -2;
    if (from.level < to.level) add(at(from, plane, "up"), at(to, plane, "up"), l);
    else if (from.level > to.level) add(at(from, plane, "down"), at(to, plane, "down"), l);
    else {
      const middle = at({ what: "level", level: from.level, tier: links.tier[l]! }, plane, "top");
      add(at(from, plane, "up"), middle, l);
      add(middle, at(to, plane, "down"), l);
    }
  }
  return { sums, together: planes.length - apart.size };
}

interface Ladder {
  key: string;
  place: Place;
  plane: number;
  side: SankeyNode["side"];
}

/** The graph of boxes and flows; positions are for layOut. */
export function sankeyOf(graph: FabricGraph, load: Load): Sankey {
  const { sums, together } = collect(graph, load);
  const nodes: SankeyNode[] = [];
  const index = new Map<string, number>();
  let top = 0;
  for (const { from, to } of sums.values()) top = Math.max(top, from.place.level, to.place.level);
  const middle = top + 1;
  const node = (l: Ladder): number => {
    const known = index.get(l.key);
    if (known !== undefined) return known;
    const column = l.side === "top" ? middle : l.side === "up" ? l.place.level : 2 * middle - l.place.level;
    const { what, tier } = l.place;
    nodes.push({ key: l.key, what, side: l.side, tier, plane: what === "cards" ? -1 : l.plane, column, bytes: 0, x: 0, y: 0, width: 0, height: 0 });
    index.set(l.key, nodes.length - 1);
    return nodes.length - 1;
  };
  const flows: SankeyFlow[] = [];
  const flow = (from: number, to: number, sum: Sum): void => {
    const utilisation = sum.capacity > 0 ? sum.used / sum.capacity : NaN;
    flows.push({ from, to, bytes: sum.bytes, links: sum.links, utilisation, fromY: 0, toY: 0, thickness: 0 });
  };
  for (const { from, to, sum } of sums.values()) flow(node(from), node(to), sum);

  // What came up and goes no further turns.
  for (const [key, up] of index) {
    const box = nodes[up]!;
    if (box.side !== "up" || box.what === "cards") continue;
    const sum = (end: "from" | "to"): number => flows.reduce((b, f) => (f[end] === up ? b + f.bytes : b), 0);
    const turning = sum("to") - sum("from");
    const down = index.get(key.replace(/up$/, "down"));
    if (down !== undefined && turning > 0) flow(up, down, { bytes: turning, links: 0, capacity: 0, used: 0 });
  }
  const used = [...new Set(nodes.map((n) => n.column))].sort((a, b) => a - b);
  for (const n of nodes) n.column = used.indexOf(n.column);
  const order = nodes.map((_, i) => i).sort((a, b) => compareNodes(nodes[a]!, nodes[b]!));
  const place = new Map(order.map((i, at) => [i, at]));
  for (const f of flows) {
    f.from = place.get(f.from)!;
    f.to = place.get(f.to)!;
  }
  return { nodes: order.map((i) => nodes[i]!), flows, columns: used.length, planesTogether: together };
}

/** Scale-up above, then planes by number, the rest of the planes last. */
function compareNodes(a: SankeyNode, b: SankeyNode): number {
  const plane = (n: SankeyNode): number => (n.plane === -2 ? Infinity : n.plane);
  return a.column - b.column || (plane(a) === plane(b) ? 0 : plane(a) - plane(b)) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/**
 * Gives boxes and flows their places. Each plane has a lane of its own from left to right, the cards reach over all lanes;
 * heights are bytes, one scale for all.
 */
export function layOut(sankey: Sankey, width: number, height: number, boxWidth: number, gap: number): void {
  const { nodes, flows } = sankey;
  const sumOf = (i: number, end: "from" | "to"): number => flows.reduce((b, f) => (f[end] === i ? b + f.bytes : b), 0);
  nodes.forEach((n, i) => {
    n.bytes = Math.max(sumOf(i, "from"), sumOf(i, "to"));
    n.x = sankey.columns > 1 ? (n.column * (width - boxWidth)) / (sankey.columns - 1) : 0;
    n.width = boxWidth;
  });
  const lanes = lanesOf(nodes);
  const cards = nodes.filter((n) => n.what === "cards");
  const gaps = lanes.reduce((n, lane) => n + Math.max(1, lane.most), -1);
  const bytes = Math.max(
    lanes.reduce((b, lane) => b + lane.bytes, 0),
    ...cards.map((n) => n.bytes),
  );
  const scale = bytes > 0 ? (height - gap * gaps) / bytes : 0;
  let top = 0;
  for (const lane of lanes) {
    const room = lane.bytes * scale + gap * (lane.most - 1);
    for (const column of lane.columns) {
      let y = top + (room - column.reduce((h, n) => h + n.bytes * scale, gap * (column.length - 1))) / 2;
      for (const n of column) {
        n.y = y;
        n.height = n.bytes * scale;
        y += n.height + gap;
      }
    }
    top += room + gap;
  }
  for (const n of cards) {
    n.height = n.bytes * scale;
    n.y = (height - n.height) / 2;
  }
  nodes.forEach((n, i) => {
    const order = (end: "from" | "to") => (a: SankeyFlow, b: SankeyFlow) => nodes[a[end]]!.y - nodes[b[end]]!.y;
    let y = n.y;
    for (const f of flows.filter((x) => x.from === i).sort(order("to"))) {
      f.thickness = f.bytes * scale;
      f.fromY = y + f.thickness / 2;
      y += f.thickness;
    }
    y = n.y;
    for (const f of flows.filter((x) => x.to === i).sort(order("from"))) {
      f.toY = y + (f.bytes * scale) / 2;
      y += f.bytes * scale;
    }
  });
}

interface Lane {
  columns: SankeyNode[][];
  bytes: number; // of its fullest column
  most: number; // boxes in one column
}

/** Boxes but for the cards by plane, in the order of nodes. */
function lanesOf(nodes: readonly SankeyNode[]): Lane[] {
  const planes = new Map<number, Map<number, SankeyNode[]>>();
  for (const n of [...nodes].sort(compareNodes)) {
    if (n.what === "cards") continue;
    let columns = planes.get(n.plane);
    if (!columns) planes.set(n.plane, (columns = new Map()));
    const column = columns.get(n.column);
    if (column) column.push(n);
    else columns.set(n.column, [n]);
  }
  const order = (plane: number): number => (plane === -2 ? Infinity : plane);
  return [...planes]
    .sort((a, b) => (a[0] === b[0] ? 0 : order(a[0]) - order(b[0])))
    .map(([, columns]) => {
      const lists = [...columns.values()];
      const bytes = lists.map((list) => list.reduce((b, n) => b + n.bytes, 0));
      return { columns: lists, bytes: Math.max(...bytes), most: Math.max(...lists.map((list) => list.length)) };
    });
}

/** The outline of a band, as high at every place as it is thick: a thick stroke of a steep curve would fold over itself. */
export function band(from: SankeyNode, to: SankeyNode, { fromY, toY, thickness }: SankeyFlow): string {
  const [x0, x1] = [from.x + from.width, to.x];
  const middle = (x0 + x1) / 2;
  const half = Math.max(1, thickness) / 2;
  return (
    `M${x0} ${fromY - half}C${middle} ${fromY - half} ${middle} ${toY - half} ${x1} ${toY - half}` +
    `V${toY + half}C${middle} ${toY + half} ${middle} ${fromY + half} ${x0} ${fromY + half}Z`
  );
}
