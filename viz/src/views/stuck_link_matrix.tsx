import { useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import type { Cell, FigureTable } from "../figure/table";
import { bitRate, bytes, percent } from "../format/numbers";
import { language } from "../i18n/language";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { withoutPrefix } from "../model/stuck_heat";
import { linkMatrix, sideBySide, type LinkMatrix } from "../model/stuck_matrix";
import { Choice } from "../shell/choice";
import { Pick } from "./fabric_run_choice";
import type { Place } from "./stuck";
import { stuckText } from "./stuck.strings";
import { Heat, type HeatHandle } from "./stuck_heat";
import { lateTable } from "./stuck_table";
import { deviceWords, linkWords, planeName, tierWords } from "./stuck_words";

interface LinkMatrixProps {
  graph: FabricGraph;
  load: Load | undefined;
  place: Place;
  onChoose: (place: Place) => void;
}

const limits = { cellWidth: 44, cellHeight: 26, height: 520 };

/** As a plane: all that have links of the tier, side by side. */
export const ALL_PLANES = -2;
const mostColumns = 160; // of planes side by side

interface Drawn {
  matrix: LinkMatrix;
  rowNames: string[];
  rowTitle: string;
  columnNames: string[];
  columnTitle: string;
}

// Every link of one tier of one plane or of all: leaves against spines, or a switch's cards.
export function LinkMatrixFigure({ graph, load, place, onChoose }: LinkMatrixProps) {
  const text = stuckText();
  const [direction, setDirection] = useState<"up" | "down">("up");
  const [pod, setPod] = useState(-1);
  const [scale, setScale] = useState<"all" | "most">("all");
  const handle = useRef<HeatHandle>(null);
  const { tier, plane } = place;
  const planes = useMemo(() => planesOf(graph, tier), [graph, tier]);
  const pods = useMemo(() => podsOf(graph, tier), [graph, tier]);
  const inPod = pods.includes(pod) ? pod : -1;
  const together = useMemo(() => drawnTogether(graph, load, tier, planes, inPod, direction), [graph, load, tier, planes, inPod, direction, language.value]);
  const one = plane === ALL_PLANES ? planes[0]! : plane;
  const drawn = useMemo(
    () => (plane === ALL_PLANES && together) || drawnPlane(graph, linkMatrix(graph, load, { tier, plane: one, pod: inPod, direction })),
    [graph, load, tier, plane, one, inPod, direction, together, language.value],
  );
  const { matrix } = drawn;
  const cells = useMemo(() => valuesOf(graph, load, matrix), [graph, load, matrix]);
  const all = plane === ALL_PLANES && together !== undefined;
  const title = text.linksTitle(tierWords(graph, tier), all ? text.allPlanes : planeName(one));
  const chooseTier = (t: number) => {
    const has = planesOf(graph, t);
    onChoose({ tier: t, plane: plane === ALL_PLANES || has.includes(plane) ? plane : has.length > 1 ? ALL_PLANES : (has[0] ?? -1) });
  };
  return (
    <Figure
      name="links"
      title={title}
      caption={matrix.form === "crossed" ? text.crossed : matrix.form === "packed" ? text.packed : text.across}
      table={useMemo(() => tableOf(graph, load, matrix), [graph, load, matrix, language.value])}
      picture={() => handle.current!.picture()}
    >
      <div class="picks">
        <Pick label={text.tier} value={tier} options={graph.tierNames.map((_, t) => [t, tierWords(graph, t)] as const)} onChoose={chooseTier} />
        {planes.length > 1 && (
          <Pick
            label={text.plane}
            value={all ? ALL_PLANES : one}
            options={[...(together ? [[ALL_PLANES, text.allPlanes] as const] : []), ...planes.map((p) => [p, planeName(p)] as const)]}
            onChoose={(p) => onChoose({ tier, plane: p })}
          />
        )}
        {pods.length > 1 && (
          <Pick label={text.pod} value={inPod} options={[[-1, text.allPods], ...pods.map((p) => [p, text.podN(p)] as const)]} onChoose={setPod} />
        )}
        {!matrix.level && (
          <Choice<"up" | "down">
            label={text.direction}
            value={direction}
            options={[
              ["up", text.up],
              ["down", text.down],
            ]}
            onChoose={setDirection}
          />
        )}
        {load && (
          <Choice<"all" | "most">
            label={text.scale}
            value={scale}
            options={[
              ["all", text.toAll],
              ["most", text.toMost],
            ]}
            onChoose={setScale}
          />
        )}
      </div>
      <Heat
        label={title}
        rows={matrix.rows.length}
        columns={matrix.columns.length}
        values={cells.values}
        down={cells.down}
        least={0}
        most={scale === "all" ? 1 : cells.most || 1}
        rowLabel={(row) => drawn.rowNames[row]!}
        columnLabel={(column) => drawn.columnNames[column]!}
        rowTitle={drawn.rowTitle || undefined}
        columnTitle={drawn.columnTitle || undefined}
        describe={(row, column) => cellWords(graph, load, matrix, row, column)}
        text={(row, column) => percent(cells.values[row * matrix.columns.length + column]!, 2)}
        format={(value) => percent(value, 2)}
        limits={limits}
        handle={handle}
      />
    </Figure>
  );
}

function drawnPlane(graph: FabricGraph, matrix: LinkMatrix): Drawn {
  const named = (devices: Uint32Array) => withoutPrefix([...devices].map((d) => deviceWords(graph, d)));
  const counted = (numbers: Uint32Array) => ({ prefix: stuckText().nth, short: [...numbers].map(String) });
  const rows = matrix.form === "across" ? counted(matrix.rows) : named(matrix.rows);
  const columns = matrix.form === "packed" ? counted(matrix.columns) : named(matrix.columns);
  return { matrix, rowNames: rows.short, rowTitle: rows.prefix, columnNames: columns.short, columnTitle: columns.prefix };
}

// Planes side by side, when they are of one shape and have room; a plane's number stands over its middle.
function drawnTogether(
  graph: FabricGraph,
  load: Load | undefined,
  tier: number,
  planes: readonly number[],
  pod: number,
  direction: "up" | "down",
): Drawn | undefined {
  if (planes.length < 2) return undefined;
  const matrices: LinkMatrix[] = [];
  let columns = planes.length - 1;
  for (const plane of planes) {
    const matrix = linkMatrix(graph, load, { tier, plane, pod, direction });
    const [first] = matrices;
    columns += matrix.columns.length;
    if (columns > mostColumns || (first && (matrix.rows.length !== first.rows.length || matrix.form !== first.form)) || matrix.form === "across") return undefined;
    matrices.push(matrix);
  }
  const names = matrices.map((m) => withoutPrefix([...m.rows].map((d) => deviceWords(graph, d))).short);
  const alike = names.every((list) => list.every((name, r) => name === names[0]![r]));
  return {
    matrix: sideBySide(matrices),
    rowNames: alike ? names[0]! : names[0]!.map((_, r) => String(r)),
    rowTitle: "",
    columnNames: matrices.flatMap((m, i) => {
      const middle = Math.floor((m.columns.length - 1) / 2);
      const labels = [...m.columns].map((_, c) => (c === middle ? String(planes[i]) : ""));
      return i === 0 ? labels : ["", ...labels];
    }),
    columnTitle: stuckText().planes,
  };
}

function planesOf(graph: FabricGraph, tier: number): number[] {
  const { links } = graph;
  const planes = new Set<number>();
  for (let l = 0; l < links.count; l++) if (links.tier[l] === tier) planes.add(links.plane[l]!);
  return [...planes].sort((a, b) => a - b);
}

function podsOf(graph: FabricGraph, tier: number): number[] {
  const { links, devices } = graph;
  const pods = new Set<number>();
  for (let l = 0; l < links.count; l++) {
    if (links.tier[l] !== tier) continue;
    for (const end of [links.from[l]!, links.to[l]!]) if (devices.pod[end]! >= 0) pods.add(devices.pod[end]!);
  }
  return [...pods].sort((a, b) => a - b);
}

function valuesOf(graph: FabricGraph, load: Load | undefined, matrix: LinkMatrix): { values: Float64Array; down: Uint8Array; most: number } {
  const values = new Float64Array(matrix.link.length).fill(NaN);
  const down = new Uint8Array(matrix.link.length);
  let most = 0;
  matrix.link.forEach((l, i) => {
    if (l < 0) return;
    if (!graph.isUp(l)) down[i] = 1;
    values[i] = load ? load.utilisation[l]! : 0;
    most = Math.max(most, values[i]!);
  });
  return { values, down, most };
}

function cellWords(graph: FabricGraph, load: Load | undefined, matrix: LinkMatrix, row: number, column: number): string {
  const text = stuckText();
  const cell = row * matrix.columns.length + column;
  const l = matrix.link[cell]!;
  if (l < 0) return text.noLink;
  const name = linkWords(graph, l);
  if (!graph.isUp(l)) return text.downCell(name);
  const degraded = graph.isDegraded(l) ? `, ${text.degraded(bitRate(graph.links.nominalRate[l]!))}` : "";
  const rate = `${bitRate(graph.links.rate[l]!)}${degraded}`;
  const used = percent(load ? load.utilisation[l]! : NaN);
  const moved = bytes(load ? load.bytes[l]! : NaN);
  const parallel = matrix.parallel[cell]!;
  return parallel > 1 ? text.parallelCell(name, used, moved, rate, parallel) : text.linkCell(name, used, moved, rate);
}

function tableOf(graph: FabricGraph, load: Load | undefined, matrix: LinkMatrix): FigureTable {
  const text = stuckText();
  const columns = [
    { key: "link", label: text.link },
    { key: "utilisation", label: text.utilisation },
    { key: "bytes", label: text.bytes },
    { key: "rate_bps", label: text.rate },
    { key: "failed", label: text.failed },
    { key: "parallel", label: text.alike },
  ];
  const row = (l: number, i: number): Cell[] => [
    graph.linkName(l),
    load ? load.utilisation[l]! : null,
    load ? load.bytes[l]! : null,
    graph.links.rate[l]!,
    graph.isUp(l) ? 0 : 1,
    matrix.parallel[i]!,
  ];
  return lateTable(columns, () => [...matrix.link].flatMap((l, i) => (l < 0 ? [] : [row(l, i)])));
}
