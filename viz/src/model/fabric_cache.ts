// Fabrics and loads of the recordings in view, decoded once.

import type { Recording } from "../schema";
import { decodeFabric, decodeLoad } from "./fabric_decode";
import type { FabricGraph, Load } from "./fabric_graph";

const graphs = new WeakMap<Recording, (FabricGraph | undefined)[]>();
const loads = new WeakMap<Recording, Map<number, Load | undefined>>();

/** Undefined when there is no such fabric. Throws where it is damaged. */
export function fabricOf(recording: Recording, index: number): FabricGraph | undefined {
  let list = graphs.get(recording);
  if (!list) graphs.set(recording, (list = []));
  const fabric = recording.fabrics[index];
  return (list[index] ??= fabric && decodeFabric(fabric));
}

/** Of one of Recording.runs; undefined when its traffic was not recorded. */
export function loadOf(recording: Recording, run: number): Load | undefined {
  let map = loads.get(recording);
  if (!map) loads.set(recording, (map = new Map()));
  if (!map.has(run)) {
    const view = recording.runs[run];
    const graph = view && fabricOf(recording, view.fabric);
    map.set(run, view && graph && decodeLoad(graph, recording.linkMaps, view));
  }
  return map.get(run);
}
