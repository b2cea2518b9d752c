import { useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { count, percent } from "../format/numbers";
import { shown } from "../format/names";
import { language } from "../i18n/language";
import { fabricOf, loadOf } from "../model/fabric_cache";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { rootGroup, summarise, type Group } from "../model/fabric_groups";
import { locate, mapOf, type FabricMap } from "../model/fabric_map";
import { usedOf } from "../model/fabric_used";
import { placeOfRun, runsOf, type RunRef } from "../model/fabric_runs";
import type { Recording } from "../schema";
import { identity } from "../state/identity";
import { Damage } from "./fabric_damage";
import { Layered, type DrawItem } from "./fabric_drawing";
import { PathFigure } from "./fabric_path";
import { Pick, runLabel } from "./fabric_run_choice";
import { fabricText } from "./fabric.strings";
import { Tree } from "./fabric_tree";
import { contents, edgeWords, faultWords, groupName, lastPart } from "./fabric_words";
import { stuckText } from "./stuck.strings";
import { Scale } from "./stuck_scale";
import { switchTier } from "./stuck_words";
import "./fabric.css";
import type { View } from "./view";

interface FabricRef {
  recording: Recording;
  fabric: number;
}

function fabricsOf(recordings: readonly Recording[]): FabricRef[] {
  return recordings.flatMap((recording) => recording.fabrics.map((_, fabric) => ({ recording, fabric })));
}

export const fabric: View = {
  id: "fabric",
  text: () => fabricText(),
  shows: (recordings) => fabricsOf(recordings).length > 0,
  Body: ({ recordings }) => {
    const text = fabricText();
    const fabrics = useMemo(() => fabricsOf(recordings), [recordings]);
    const [chosen, setChosen] = useState<FabricRef | null>(null);
    const ref = fabrics.find(({ recording, fabric }) => recording === chosen?.recording && fabric === chosen.fabric) ?? fabrics[0]!;
    const runs = useMemo(
      () => runsOf([ref.recording], (run) => run.traffic !== undefined && run.fabric === ref.fabric),
      [ref.recording, ref.fabric],
    );
    const [run, setRun] = useState<RunRef | "none" | null>(null);
    const index = run === "none" ? noRun : placeOfRun(runs, run);
    const graph = fabricOf(ref.recording, ref.fabric);
    if (!graph) return <Damage recording={ref.recording} />;
    const load = index >= 0 ? loadOf(ref.recording, runs[index]!.run) : undefined;
    return (
      <>
        <Picks fabrics={fabrics} chosen={fabrics.indexOf(ref)} onChoose={(to) => setChosen(fabrics[to]!)} runs={runs} run={index} onRun={(to) => setRun(runs[to] ?? "none")} />
        {graph.faults.length > 0 && (
          <p>
            {text.faultsAre}: <bdi>{graph.faults.map((f) => shown(f)).join("; ")}</bdi>
          </p>
        )}
        <Groups key={`groups ${identity(graph)}`} graph={graph} load={load} />
        <PathFigure key={`path ${identity(graph)}`} graph={graph} load={load} />
      </>
    );
  },
};

const noRun = -2;

function Picks({ fabrics, chosen, onChoose, runs, run, onRun }: {
  fabrics: readonly FabricRef[];
  chosen: number;
  onChoose: (index: number) => void;
  runs: readonly RunRef[];
  run: number;
  onRun: (index: number) => void;
}) {
  const text = fabricText();
  const several = new Set(fabrics.map((f) => f.recording)).size > 1;
  const nameOf = (f: FabricRef) => shown([...(several ? [f.recording.name] : []), f.recording.fabrics[f.fabric]!.cluster].join(" · "), 80);
  if (fabrics.length < 2 && runs.length === 0) return null;
  return (
    <div class="picks">
      {fabrics.length > 1 && <Pick label={text.cluster} value={chosen} options={fabrics.map((f, i) => [i, nameOf(f)] as const)} onChoose={onChoose} />}
      {runs.length > 0 && (
        <Pick
          label={text.shading}
          value={run < 0 ? noRun : run}
          options={[...runs.map((r, i) => [i, runLabel(r, false)] as const), [noRun, text.noRun] as const]}
          onChoose={onRun}
        />
      )}
    </div>
  );
}

function Groups({ graph, load }: { graph: FabricGraph; load: Load | undefined }) {
  const text = fabricText();
  const [path, setPath] = useState<Group[]>(() => [rootGroup(graph)]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set(["cluster"]));
  const [border, setBorder] = useState<boolean | null>(null);
  const [usedAlone, setUsedAlone] = useState(true);
  const someUsed = useMemo(() => usedOf(graph, load), [graph, load]);
  const used = usedAlone ? someUsed : null;
  const drawing = useRef<SVGSVGElement>(null);
  const group = path[path.length - 1]!;
  // What stands at the edge is read by where it leads; a plane by what is in it.
  const withBorder = border ?? ["device", "node", "domain", "rail", "run", "nodes"].includes(group.kind);
  const map = useMemo(() => mapOf(graph, load, group, withBorder, used), [graph, load, group, withBorder, used]);
  const summary = useMemo(() => summarise(graph, group, load), [graph, group, load]);
  const choose = (to: Group) => setPath(pathTo(to));
  const open = (to: Group) => {
    const way = to.kind === "device" ? locate(graph, to.first) : [...locate(graph, to.devices[0]!).filter((g) => to.id.startsWith(`${g.id}/`)), to];
    setPath(way);
    setOpened(new Set([...opened, ...ancestorsOf(way[way.length - 1]!.id)]));
  };
  const name = groupName(graph, group);
  const levels = useMemo(() => [...new Set(map.items.map((i) => i.level))].sort((a, b) => b - a), [map]);
  const items = useMemo((): DrawItem[] => map.items.map((it) => drawItem(graph, load, it, levels, () => open(it.group))), [graph, load, map, levels, opened, language.value]);
  const words = [
    contents(summary),
    summary.inside > 0 ? text.linksInside(count(summary.inside)) : "",
    summary.border > 0 ? text.linksOut(count(summary.border)) : "",
    Number.isNaN(summary.meanUtilisation) ? "" : text.used(percent(summary.meanUtilisation), percent(summary.maxUtilisation)),
    faultWords(summary),
  ].filter((w) => w !== "");
  return (
    <div class="fabric">
      <div class="fabric-groups">
        <h3>{text.groups}</h3>
        <p class="note">{text.groupsHelp}</p>
        <Tree graph={graph} load={load} used={used} chosen={group} opened={opened} onOpen={setOpened} onChoose={choose} />
      </div>
      <Figure
        name="fabric"
        title={text.drawing(name)}
        caption={text.drawingCaption}
        table={useMemo(() => tableOf(graph, map), [graph, map, language.value])}
        picture={() => pictureOfSvg(drawing.current!)}
        controls={
          <>
            {someUsed && (
              <label class="pick">
                <input type="checkbox" checked={usedAlone} onChange={(event) => setUsedAlone(event.currentTarget.checked)} />
                <span>{text.usedFirst}</span>
              </label>
            )}
            {group.kind !== "cluster" && (
              <label class="pick">
                <input type="checkbox" checked={withBorder} onChange={(event) => setBorder(event.currentTarget.checked)} />
                <span>{text.border}</span>
              </label>
            )}
          </>
        }
      >
        <p class="note fabric-summary">{words.join(" · ")}</p>
        {map.rest && (
          <p>
            <button type="button" data-rest onClick={() => open(map.rest!)}>
              {text.unused}: {contents(summarise(graph, map.rest, undefined))}
            </button>
          </p>
        )}
        {map.edges.length === 0 && map.items.length < 2 ? (
          <p class="note">{text.nothing}</p>
        ) : (
          <Layered
            label={text.drawing(name)}
            rows={levels.map((level) => rowName(map, level))}
            items={items}
            edges={map.edges}
            edgeWords={(e) => edgeWords(items[e.a]!.name, items[e.b]!.name, e)}
            hint={text.pointAt}
            drawing={drawing}
          />
        )}
        {load && <Scale least={0} most={1} format={(value) => percent(value, 2)} down={false} />}
      </Figure>
    </div>
  );

  function pathTo(to: Group): Group[] {
    return [...path.filter((g) => to.id.startsWith(`${g.id}/`)), to];
  }
}

/** "cluster/plane0/tier1": itself and all above. */
function ancestorsOf(id: string): string[] {
  const parts = id.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function rowName(map: FabricMap, level: number): string {
  const text = stuckText();
  if (level >= 2) return switchTier(level - 1);
  const kinds = new Set(map.items.filter((i) => i.level === level).map((i) => i.group.kind));
  if (map.form === "groups" && (kinds.has("nodes") || kinds.has("run") || kinds.has("node"))) return fabricText().nodes;
  return level === 0 ? text.cards : text.scaleUpSwitches;
}

function drawItem(graph: FabricGraph, load: Load | undefined, it: FabricMap["items"][number], levels: readonly number[], open: () => void): DrawItem {
  const name = groupName(graph, it.group);
  const summary = summarise(graph, it.group, load);
  const isDevice = it.group.kind === "device";
  const plane = it.group.kind === "tier" ? planeOf(graph, it.group) : "";
  const faults = faultWords(summary);
  const failed = isDevice ? it.downDevices > 0 : summary.downDevices + summary.downLinks > 0;
  const what = isDevice ? fabricText().device(name, count((summary.inside + summary.border) / 2)) : `${plane === "" ? name : `${plane}, ${name}`}: ${contents(summary)}`;
  return {
    name: isDevice ? lastPart(name) : plane === "" ? name : plane,
    short: isDevice ? lastPart(name) : plane === "" ? shortName(graph, it.group, name) : String(graph.devices.plane[it.group.devices[0]!]!),
    note: isDevice ? "" : contents(summary),
    row: levels.indexOf(it.level),
    faint: it.outside,
    failed,
    open,
    words: faults === "" ? what : `${what}; ${faults}`,
  };
}

// Of a run its first, in little room.
function shortName(graph: FabricGraph, group: Group, name: string): string {
  return group.kind === "run" ? `${lastPart(groupName(graph, { ...group, kind: group.of! }))} …` : name;
}

function planeOf(graph: FabricGraph, group: Group): string {
  const plane = graph.devices.plane[group.devices[0]!]!;
  return plane < 0 ? "" : fabricText().plane(plane);
}

function tableOf(graph: FabricGraph, map: FabricMap): FigureTable {
  const text = fabricText();
  const name = (i: number) => groupName(graph, map.items[i]!.group);
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    columns: [
      { key: "a", label: text.ends },
      { key: "b", label: text.ends },
      { key: "links", label: text.links },
      { key: "failed", label: text.legendFailed },
      { key: "degraded", label: text.legendDegraded },
      { key: "rate_bps", label: text.rate },
      { key: "utilisation_a_to_b", label: `${text.utilisation} →` },
      { key: "utilisation_b_to_a", label: `${text.utilisation} ←` },
    ],
    rows: map.edges.map((e) => [name(e.a), name(e.b), e.links, e.down, e.degraded, e.rate, known(e.forth), known(e.back)]),
  };
}
