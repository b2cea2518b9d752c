import { shown } from "../format/names";
import { ACCELERATOR, NIC, SCALEUP_SWITCH, type FabricGraph } from "../model/fabric_graph";
import type { DeviceClass } from "../model/stuck_matrix";
import { stuckText } from "./stuck.strings";

export function className({ kind, tier }: DeviceClass): string {
  const text = stuckText();
  switch (kind) {
    case ACCELERATOR:
      return text.cards;
    case NIC:
      return text.nics;
    case SCALEUP_SWITCH:
      return text.scaleUpSwitches;
    default:
      return switchTier(tier);
  }
}

export function switchTier(tier: number): string {
  const text = stuckText();
  return [text.switches, text.leaves, text.spines, text.cores][tier] ?? text.tierSwitches(tier);
}

export function planeName(plane: number): string {
  const text = stuckText();
  return plane < 0 ? text.noPlane : text.planeN(plane);
}

/** A device's name as the page shows it; the tables of figures keep the whole. */
export function deviceWords(graph: FabricGraph, device: number): string {
  return shown(graph.deviceName(device), 60);
}

export function linkWords(graph: FabricGraph, link: number): string {
  return shown(graph.linkName(link), 120);
}

export function tierWords(graph: FabricGraph, tier: number): string {
  return shown(graph.tierNames[tier] ?? "", 40);
}

/** "plane3/leaf0 → spine1": what both ends begin with is said once. */
export function shortLink(graph: FabricGraph, link: number): string {
  const from = graph.deviceName(graph.links.from[link]!);
  const to = graph.deviceName(graph.links.to[link]!);
  const slash = from.lastIndexOf("/") + 1;
  return shown(`${from} → ${slash > 0 && to.startsWith(from.slice(0, slash)) ? to.slice(slash) : to}`, 60);
}
