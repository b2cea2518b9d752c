// view.proto's Fabric, Links and LinkTraffic as flat arrays. Throws Error, saying which lists do not fit together.

import type { FabricView, LinkMap, NameTable, RunView } from "../schema";
import { FabricGraph, SCALEUP_SWITCH, SCALE_UP, type DeviceColumns, type LinkColumns, type Load } from "./fabric_graph";

function fail(what: string): never {
  throw new Error(what);
}

/** A delta column of `count` entries; an empty one is -1 throughout. */
export function undelta(deltas: readonly number[], count: number, what: string): Int32Array {
  const column = new Int32Array(count);
  if (deltas.length === 0) return column.fill(-1);
  if (deltas.length !== count) fail(`${what} has ${deltas.length} entries for ${count}`);
  let value = 0;
  for (let i = 0; i < count; i++) column[i] = value += deltas[i]!;
  return column;
}

/** Names by rule, put together when asked for. */
export function nameReader(table: NameTable | undefined): (index: number) => string {
  if (!table) return () => "";
  const texts = table.patterns.map((p) => (p.texts.length > 0 ? p.texts : fail("a name pattern without text")));
  const last = texts.map((t) => new Array<number>(t.length - 1).fill(0));
  const begin = new Uint32Array(table.pattern.length);
  const numbers = new Int32Array(table.numbersDelta.length);
  let at = 0;
  table.pattern.forEach((p, name) => {
    const of = last[p] ?? fail(`name ${name} has no pattern`);
    begin[name] = at;
    if (at + of.length > numbers.length) fail("names lack numbers");
    for (let i = 0; i < of.length; i++) numbers[at] = of[i] = of[i]! + table.numbersDelta[at++]!;
  });
  return (index) => {
    const pattern = table.pattern[index];
    if (pattern === undefined) return "";
    const parts = texts[pattern]!;
    let name = parts[0]!;
    for (let i = 1; i < parts.length; i++) name += numbers[begin[index]! + i - 1]! + parts[i]!;
    return name;
  };
}

function decodeLinks(fabric: FabricView, devices: number): LinkColumns {
  const links = fabric.links ?? fail("it has no links");
  const count = links.count;
  const cables = links.fromDelta.length;
  const from = undelta(links.fromDelta, cables, "from");
  const to = undelta(links.toDelta, cables, "to");
  const columns: LinkColumns = {
    count,
    from: new Uint32Array(count),
    to: new Uint32Array(count),
    rate: new Float64Array(count),
    nominalRate: new Float64Array(count),
    latency: new Float64Array(count),
    tier: new Uint16Array(count),
    plane: new Int32Array(count),
    kind: new Uint8Array(count),
    up: new Uint8Array(count).fill(1),
  };
  const oneWay = new Set(links.oneWay);
  if (cables * 2 - oneWay.size !== count) fail(`${cables} cables do not make ${count} links`);
  if (links.class.length !== count) fail(`${links.class.length} classes for ${count} links`);
  let l = 0;
  for (let c = 0; c < cables; c++) {
    if (from[c]! < 0 || from[c]! >= devices || to[c]! < 0 || to[c]! >= devices) fail(`cable ${c} has an end nowhere`);
    columns.from[l] = from[c]!;
    columns.to[l++] = to[c]!;
    if (oneWay.has(c)) continue;
    columns.from[l] = to[c]!;
    columns.to[l++] = from[c]!;
  }
  for (l = 0; l < count; l++) {
    const of = links.classes[links.class[l]!] ?? fail(`link ${l} has no class`);
    columns.rate[l] = of.rateBps;
    columns.nominalRate[l] = of.nominalRateBps;
    columns.latency[l] = of.latencyPs;
    columns.tier[l] = of.tier;
    columns.plane[l] = of.plane;
    columns.kind[l] = of.kind;
  }
  for (const d of links.down) columns.up[d] = 0;
  return columns;
}

/** Gives scale-up switches the domain of the cards below them, however many layers of switches there are. */
function spreadDomains(devices: DeviceColumns, links: LinkColumns): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (let l = 0; l < links.count; l++) {
      const to = links.to[l]!;
      const domain = devices.domain[links.from[l]!]!;
      if (links.kind[l] !== SCALE_UP || devices.kind[to] !== SCALEUP_SWITCH) continue;
      if (domain < 0 || devices.domain[to]! >= 0) continue;
      devices.domain[to] = domain;
      changed = true;
    }
  }
}

export function decodeFabric(fabric: FabricView): FabricGraph {
  const from = fabric.devices ?? fail("it has no devices");
  const count = from.count;
  if (from.kind.length !== count) fail(`${from.kind.length} kinds for ${count} devices`);
  const tier = undelta(from.tierDelta, count, "tier");
  const devices: DeviceColumns = {
    count,
    kind: Uint8Array.from(from.kind),
    tier: tier.map((t) => Math.max(0, t)),
    plane: undelta(from.planeDelta, count, "plane"),
    pod: undelta(from.podDelta, count, "pod"),
    node: undelta(from.nodeDelta, count, "node"),
    rail: undelta(from.railDelta, count, "rail"),
    domain: undelta(from.domainDelta, count, "domain"),
    member: undelta(from.memberDelta, count, "member"),
    up: new Uint8Array(count).fill(1),
    forwards: Uint8Array.from(from.kind, (k) => (k === 0 ? 0 : 1)),
  };
  for (const d of from.down) devices.up[d] = 0;
  for (const d of from.forwardingCards) devices.forwards[d] = 1;
  const links = decodeLinks(fabric, count);
  for (let l = 0; l < links.count; l++)
    if (!devices.up[links.from[l]!] || !devices.up[links.to[l]!]) links.up[l] = 0;
  spreadDomains(devices, links);
  return new FabricGraph(
    fabric.cluster,
    fabric.routing,
    devices,
    links,
    fabric.tiers,
    fabric.members,
    fabric.faults,
    nameReader(from.names),
    nameReader(fabric.links?.names),
  );
}

/** What the links carried in `run`; undefined where that was not recorded. */
export function decodeLoad(graph: FabricGraph, maps: readonly LinkMap[], run: RunView): Load | undefined {
  const traffic = run.traffic;
  if (!traffic) return undefined;
  const group = maps[traffic.linkMap]?.group ?? fail("traffic without a link map");
  const count = graph.links.count;
  if (group.length !== count) fail(`a link map of ${group.length} links for ${count}`);
  const bytes = new Float64Array(count);
  const utilisation = new Float64Array(count);
  const seconds = run.makespanPs * 1e-12;
  for (let l = 0; l < count; l++) {
    bytes[l] = traffic.bytes[group[l]!] ?? fail(`link ${l} has no traffic`);
    if (graph.links.up[l] && seconds > 0) utilisation[l] = (bytes[l]! * 8) / (graph.links.rate[l]! * seconds);
  }
  return { bytes, utilisation };
}
