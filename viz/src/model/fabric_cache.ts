// Fabrics and loads of the recordings in view, decoded once. What is damaged is undefined, and damageOf says why.

import type { Recording } from "../schema";
import { decodeFabric, decodeLoad } from "./fabric_decode";
import type { FabricGraph, Load } from "./fabric_graph";

interface Kept {
  graphs: Map<number, FabricGraph | undefined>;
  loads: Map<number, Load | undefined>;
  damage: string; // the first that was found; empty: none
}

const cache = new WeakMap<Recording, Kept>();

function keptOf(recording: Recording): Kept {
  let kept = cache.get(recording);
  if (!kept) cache.set(recording, (kept = { graphs: new Map(), loads: new Map(), damage: "" }));
  return kept;
}

function keep<T>(kept: Kept, map: Map<number, T | undefined>, key: number, decode: () => T | undefined): T | undefined {
  if (!map.has(key)) {
    try {
      map.set(key, decode());
    } catch (error) {
      map.set(key, undefined);
      kept.damage ||= error instanceof Error ? error.message : String(error);
    }
  }
  return map.get(key);
}

/** Undefined when there is no such fabric, or a damaged one. */
export function fabricOf(recording: Recording, index: number): FabricGraph | undefined {
  const kept = keptOf(recording);
  const fabric = recording.fabrics[index];
  return fabric && keep(kept, kept.graphs, index, () => decodeFabric(fabric));
}

/** Of one of Recording.runs; undefined when its traffic was not recorded, or is damaged. */
export function loadOf(recording: Recording, run: number): Load | undefined {
  const kept = keptOf(recording);
  const view = recording.runs[run];
  const graph = view && fabricOf(recording, view.fabric);
  return graph && keep(kept, kept.loads, run, () => decodeLoad(graph, recording.linkMaps, view));
}

/** What was found wrong with the fabric or the traffic so far. */
export function damageOf(recording: Recording): string {
  return keptOf(recording).damage;
}
