import { bitRate, count, percent } from "../format/numbers";
import type { FabricGraph } from "../model/fabric_graph";
import type { Group, GroupSummary } from "../model/fabric_groups";
import type { MapEdge } from "../model/fabric_map";
import { shown } from "../format/names";
import { fabricText } from "./fabric.strings";
import { deviceWords, switchTier } from "./stuck_words";

export function groupName(graph: FabricGraph, group: Group): string {
  const text = fabricText();
  const numbered = (kind: Group["kind"], n: number): string => {
    switch (kind) {
      case "plane":
        return n < 0 ? text.noPlane : text.plane(n);
      case "pod":
        return text.pod(n);
      case "node":
        return text.node(n);
      case "domain":
        return text.domain(n);
      case "rail":
        return text.rail(n);
      case "tier":
        return switchTier(n);
      case "device":
        return deviceWords(graph, n);
      default:
        return shown(graph.memberNames[n] ?? String(n), 60);
    }
  };
  switch (group.kind) {
    case "cluster":
      return text.whole;
    case "nodes":
      return text.nodes;
    case "domains":
      return text.domains;
    case "rails":
      return text.rails;
    case "loose":
      return text.loose;
    case "unused":
      return text.unused;
    case "run":
      return text.to(
        numbered(group.of!, group.first),
        group.of === "device" ? lastPart(numbered(group.of, group.last)) : String(group.last),
      );
    default:
      return numbered(group.kind, group.first);
  }
}

/** What is in a group: "64 cards, 8 switches". */
export function contents(s: GroupSummary): string {
  const text = fabricText();
  return [
    s.cards > 0 ? text.cards(count(s.cards)) : "",
    s.nics > 0 ? text.nics(count(s.nics)) : "",
    s.scaleUpSwitches > 0 ? text.scaleUpSwitches(count(s.scaleUpSwitches)) : "",
    s.switches > 0 ? text.switches(count(s.switches)) : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** What is wrong in a group; empty: nothing. */
export function faultWords(s: GroupSummary): string {
  const text = fabricText();
  return [
    s.downDevices > 0 ? text.downDevices(count(s.downDevices)) : "",
    s.downLinks > 0 ? text.downLinks(count(s.downLinks)) : "",
    s.degradedLinks > 0 ? text.degraded(count(s.degradedLinks)) : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Links between two things of a drawing. */
export function edgeWords(a: string, b: string, edge: MapEdge): string {
  const text = fabricText();
  const up = edge.links - edge.down;
  const rate = up === 0 ? text.failedCable : bitRate(edge.rate);
  const words = [text.cable(a, b, rate, Math.max(1, edge.links / 2))];
  if (up > 0 && (!Number.isNaN(edge.forth) || !Number.isNaN(edge.back)))
    words.push(text.cableLoad(percent(edge.forth), percent(edge.back)));
  if (edge.degraded > 0) words.push(`, ${text.degradedTo(bitRate(edge.nominalRate))}`);
  if (edge.down > 0 && up > 0) words.push(`, ${text.downLinks(count(edge.down))}`);
  return words.join("");
}

/** "plane0/leaf3": "leaf3". */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1) || name;
}
