import { useMemo, useState } from "preact/hooks";
import { fabricOf, loadOf } from "../model/fabric_cache";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { placeOfRun, runsOf, type RunRef } from "../model/fabric_runs";
import { planeMatrix } from "../model/stuck_matrix";
import type { Recording } from "../schema";
import { identity } from "../state/identity";
import { Damage } from "./fabric_damage";
import { RunChoice } from "./fabric_run_choice";
import { stuckText } from "./stuck.strings";
import { ALL_PLANES, LinkMatrixFigure } from "./stuck_link_matrix";
import { SankeyFigure } from "./stuck_sankey";
import { PlaneFigure, TierFigure } from "./stuck_tiers";
import { TopLinks } from "./stuck_top";
import type { View } from "./view";

const withTraffic = (recordings: readonly Recording[]) => runsOf(recordings, (run) => run.traffic !== undefined);

export const stuck: View = {
  id: "stuck",
  text: () => stuckText(),
  shows: (recordings) => withTraffic(recordings).length > 0,
  Body: ({ recordings }) => {
    const runs = useMemo(() => withTraffic(recordings), [recordings]);
    const [chosen, setChosen] = useState<RunRef | null>(null);
    const index = placeOfRun(runs, chosen); // the largest size is the last
    return (
      <>
        {runs.length > 1 && (
          <div class="picks">
            <RunChoice runs={runs} chosen={index} onChoose={(to) => setChosen(runs[to]!)} />
          </div>
        )}
        <Run key={`${identity(runs[index]!.recording)} ${runs[index]!.run}`} run={runs[index]!} />
      </>
    );
  },
};

/** Of a tier of links in a plane, or in all of them (ALL_PLANES). */
export interface Place {
  tier: number;
  plane: number;
}

function Run({ run }: { run: RunRef }) {
  const fabric = run.recording.runs[run.run]!.fabric;
  const graph = fabricOf(run.recording, fabric);
  const load = loadOf(run.recording, run.run);
  const [place, setPlace] = useState<Place | null>(null);
  if (!graph || !load) return <Damage recording={run.recording} />;
  const shown = place ?? fullest(graph, load);
  return (
    <>
      <div class="figures">
        <PlaneFigure graph={graph} load={load} place={shown} onChoose={setPlace} />
        <TierFigure graph={graph} load={load} />
      </div>
      <LinkMatrixFigure graph={graph} load={load} place={shown} onChoose={setPlace} />
      <SankeyFigure graph={graph} load={load} />
      <TopLinks graph={graph} load={load} />
    </>
  );
}

// Opens with the tier of the fullest link; of equals, of the fuller tier.
function fullest(graph: FabricGraph, load: Load): Place {
  const { tiers, planes, cells } = planeMatrix(graph, load);
  let best = -1;
  cells.forEach((cell, i) => {
    if (!cell || Number.isNaN(cell.most)) return;
    const known = cells[best];
    if (!known || cell.most > known.most || (cell.most === known.most && cell.mean > known.mean)) best = i;
  });
  return best < 0
    ? { tier: 0, plane: planes[0] ?? -1 }
    : { tier: tiers[Math.floor(best / planes.length)]!, plane: planes[best % planes.length]! < 0 ? -1 : ALL_PLANES };
}
