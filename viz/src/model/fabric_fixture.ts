// Fabrics for tests, as the recording would hold them.

import { create } from "@bufbuild/protobuf";
import { DeviceTable_Kind, FabricViewSchema, LinkClass_Kind, type FabricView } from "../schema";

export interface FixtureDevice {
  name: string;
  kind: DeviceTable_Kind;
  node?: number;
  plane?: number;
  pod?: number;
  rail?: number;
  tier?: number;
  domain?: number;
}

export interface FixtureCable {
  from: string;
  to: string;
  tier: string;
  plane?: number;
  kind?: LinkClass_Kind;
  rateGbps?: number;
  nominalGbps?: number;
  oneWay?: boolean;
  down?: boolean;
}

function deltas(column: number[]): number[] {
  return column.map((v, i) => v - (i === 0 ? 0 : column[i - 1]!));
}

export function makeFabric(devices: FixtureDevice[], cables: FixtureCable[]): FabricView {
  const index = new Map(devices.map((d, i) => [d.name, i]));
  const tiers = [...new Set(cables.map((c) => c.tier))];
  const fabric = create(FabricViewSchema, {
    cluster: "fixture",
    routing: "spray",
    tiers,
    devices: {
      count: devices.length,
      names: { patterns: devices.map((d) => ({ texts: [d.name] })), pattern: devices.map((_, i) => i) },
      kind: devices.map((d) => d.kind),
      nodeDelta: deltas(devices.map((d) => d.node ?? -1)),
      planeDelta: deltas(devices.map((d) => d.plane ?? -1)),
      podDelta: deltas(devices.map((d) => d.pod ?? -1)),
      railDelta: deltas(devices.map((d) => d.rail ?? -1)),
      tierDelta: deltas(devices.map((d) => d.tier ?? 0)),
      domainDelta: deltas(devices.map((d) => d.domain ?? -1)),
    },
    links: {
      fromDelta: deltas(cables.map((c) => index.get(c.from)!)),
      toDelta: deltas(cables.map((c) => index.get(c.to)!)),
      oneWay: cables.flatMap((c, i) => (c.oneWay ? [i] : [])),
    },
  });
  const links = fabric.links!;
  cables.forEach((c, i) => {
    links.classes.push({
      $typeName: "polyplane.v1.LinkClass",
      tier: tiers.indexOf(c.tier),
      plane: c.plane ?? -1,
      kind: c.kind ?? LinkClass_Kind.scale_out,
      rateBps: (c.rateGbps ?? 400) * 1e9,
      nominalRateBps: (c.nominalGbps ?? c.rateGbps ?? 400) * 1e9,
      latencyPs: 1000,
    });
    for (let way = 0; way < (c.oneWay ? 1 : 2); way++) {
      if (c.down) links.down.push(links.count);
      links.class.push(i);
      links.count++;
    }
  });
  return fabric;
}

/**
 * Nodes of `cards` cards behind one NVSwitch; card i of a node has a port on plane i (rails), each plane has `leaves` leaves
 * that take nodes in turn of blocks, and `spines` spines joined to every leaf.
 */
export function railFabric(nodes: number, cards: number, leaves: number, spines: number, down: string[] = []): FabricView {
  const devices: FixtureDevice[] = [];
  const cables: FixtureCable[] = [];
  for (let n = 0; n < nodes; n++) {
    for (let c = 0; c < cards; c++)
      devices.push({ name: `node${n}/gpu${c}`, kind: DeviceTable_Kind.accelerator, node: n, rail: c, domain: n });
    devices.push({ name: `node${n}/nvswitch`, kind: DeviceTable_Kind.scaleup_switch, node: n });
    for (let c = 0; c < cards; c++)
      cables.push({
        from: `node${n}/gpu${c}`,
        to: `node${n}/nvswitch`,
        tier: "nvlink",
        kind: LinkClass_Kind.scale_up,
        rateGbps: 1600,
      });
  }
  for (let p = 0; p < cards; p++) {
    for (let l = 0; l < leaves; l++)
      devices.push({ name: `plane${p}/leaf${l}`, kind: DeviceTable_Kind.network_switch, plane: p, tier: 1, rail: p });
    for (let s = 0; s < spines; s++)
      devices.push({ name: `plane${p}/spine${s}`, kind: DeviceTable_Kind.network_switch, plane: p, tier: 2 });
    for (let n = 0; n < nodes; n++)
      cables.push({
        from: `node${n}/gpu${p}`,
        to: `plane${p}/leaf${Math.floor((n * leaves) / nodes)}`,
        tier: "gpu-leaf",
        plane: p,
      });
    for (let l = 0; l < leaves; l++)
      for (let s = 0; s < spines; s++) {
        const [from, to] = [`plane${p}/leaf${l}`, `plane${p}/spine${s}`];
        cables.push({ from, to, tier: "leaf-spine", plane: p, down: down.includes(`${from} ${to}`) });
      }
  }
  return makeFabric(devices, cables);
}
