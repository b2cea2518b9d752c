import { useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { sequential, sequentialRgb } from "../figure/palette";
import { escapeXml, type Picture } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { bytes, count, percent } from "../format/numbers";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { planeMatrix, tierMatrix, type TierCell, type TierMatrix } from "../model/stuck_matrix";
import { Choice } from "../shell/choice";
import { palette } from "../state/theme";
import { Pick } from "./fabric_run_choice";
import type { Place } from "./stuck";
import { stuckText } from "./stuck.strings";
import { Heat, type HeatHandle } from "./stuck_heat";
import { inkOn } from "./stuck_heat_paint";
import { className, linkWords, planeName, tierWords } from "./stuck_words";

interface LoadProps {
  graph: FabricGraph;
  load: Load;
}

type Statistic = "mean" | "most";
const limits = { cellWidth: 64, cellHeight: 30, height: 300 };

// Tiers against planes: an uneven choice of planes shows as columns that differ.
export function PlaneFigure({ graph, load, place, onChoose }: LoadProps & { place: Place; onChoose: (place: Place) => void }) {
  const text = stuckText();
  const [statistic, setStatistic] = useState<Statistic>("mean");
  const handle = useRef<HeatHandle>(null);
  const matrix = useMemo(() => planeMatrix(graph, load), [graph, load]);
  const values = useMemo(
    () => Float64Array.from(matrix.cells, (cell) => (cell ? (cell.links === cell.down ? 0 : cell[statistic]) : NaN)),
    [matrix, statistic],
  );
  const down = useMemo(() => Uint8Array.from(matrix.cells, (cell) => (cell && cell.links === cell.down ? 1 : 0)), [matrix]);
  const { tiers, planes } = matrix;
  const cell = (row: number, column: number) => matrix.cells[row * planes.length + column];
  const table: FigureTable = {
    columns: [
      { key: "tier", label: text.tier },
      { key: "plane", label: text.plane },
      ...cellColumns(),
    ],
    rows: matrix.cells.flatMap((c, i) => {
      if (!c) return [];
      const plane = planes[i % planes.length]!;
      return [[graph.tierNames[tiers[Math.floor(i / planes.length)]!]!, plane < 0 ? null : plane, ...cellFields(c)]];
    }),
  };
  return (
    <Figure
      name="tiers-planes"
      title={text.tiersTitle}
      caption={text.tiersCaption}
      table={table}
      picture={() => handle.current!.picture()}
      controls={
        <Choice<Statistic>
          label={text.statistic}
          value={statistic}
          options={[
            ["mean", text.mean],
            ["most", text.most],
          ]}
          onChoose={setStatistic}
        />
      }
    >
      <Heat
        label={text.tiersTitle}
        rows={tiers.length}
        columns={planes.length}
        values={values}
        down={down}
        least={0}
        most={1}
        rowLabel={(row) => tierWords(graph, tiers[row]!)}
        columnLabel={(column) => (planes[column]! < 0 ? "–" : String(planes[column]))}
        columnTitle={text.planes}
        describe={(row, column) => {
          const c = cell(row, column);
          const tier = tierWords(graph, tiers[row]!);
          if (!c) return text.noLink;
          return text.tierCell(tier, planeName(planes[column]!), count(c.links), percent(c.mean), percent(c.most), bytes(c.bytes));
        }}
        text={(row, column) => percent(cell(row, column)?.[statistic] ?? NaN, 2)}
        format={(value) => percent(value, 2)}
        limits={limits}
        chosen={planes.includes(place.plane) ? [tiers.indexOf(place.tier), planes.indexOf(place.plane)] : undefined}
        onChoose={(row, column) => cell(row, column) && onChoose({ tier: tiers[row]!, plane: planes[column]! })}
        handle={handle}
      />
    </Figure>
  );
}

function cellColumns(): { key: string; label: string }[] {
  const text = stuckText();
  return [
    { key: "links", label: text.linksUp("").trim() },
    { key: "failed", label: text.failed },
    { key: "mean_utilisation", label: text.mean },
    { key: "highest_utilisation", label: text.most },
    { key: "bytes", label: text.bytes },
  ];
}

function cellFields(cell: TierCell): (number | null)[] {
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return [cell.links, cell.down, known(cell.mean), known(cell.most), cell.bytes];
}

// From one class of devices to another, as a table whose cells are coloured.
export function TierFigure({ graph, load }: LoadProps) {
  const text = stuckText();
  const planes = graph.planes();
  const [plane, setPlane] = useState(-2);
  const matrix = useMemo(() => tierMatrix(graph, load, plane === -2 ? undefined : plane), [graph, load, plane]);
  const { classes, cells } = matrix;
  const table: FigureTable = {
    columns: [{ key: "from", label: text.sends }, { key: "to", label: text.receives }, ...cellColumns()],
    rows: cells.flatMap((c, i) =>
      c ? [[className(classes[Math.floor(i / classes.length)]!), className(classes[i % classes.length]!), ...cellFields(c)]] : [],
    ),
  };
  return (
    <Figure
      name="tier-to-tier"
      title={text.matrixTitle}
      caption={text.matrixCaption}
      table={table}
      picture={() => matrixPicture(matrix)}
      controls={
        planes.length > 1 && (
          <Pick
            label={text.plane}
            value={plane}
            options={[[-2, text.allPlanes], ...planes.map((p) => [p, planeName(p)] as const)]}
            onChoose={setPlane}
          />
        )
      }
    >
      <div class="scroll sideways" tabIndex={0} role="region" aria-label={text.matrixTitle}>
        <table class="tier-matrix">
          <thead>
            <tr>
              <th scope="col">{text.sendsTo}</th>
              {classes.map((c) => (
                <th scope="col">{className(c)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((from, row) => (
              <tr>
                <th scope="row">{className(from)}</th>
                {classes.map((_, column) => (
                  <MatrixCell graph={graph} cell={cells[row * classes.length + column]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}

function MatrixCell({ graph, cell }: { graph: FabricGraph; cell: TierCell | undefined }) {
  const text = stuckText();
  const colours = palette.value;
  if (!cell) return <td class="none">·</td>;
  const lines = cellLines(cell);
  const share = Number.isNaN(cell.mean) ? 0 : cell.mean;
  return (
    <td
      style={{ background: sequential(colours, share), color: inkOn(sequentialRgb(colours, share)) }}
      title={cell.mostLink >= 0 ? `${text.most}: ${linkWords(graph, cell.mostLink)}` : undefined}
    >
      {lines.map((line, i) => (i === 0 ? line : <small>{line}</small>))}
    </td>
  );
}

// The mean, the highest, the bytes, and what has failed.
function cellLines(cell: TierCell): string[] {
  const failed = cell.down > 0 ? [stuckText().linksDown(count(cell.down))] : [];
  return [percent(cell.mean), `≤ ${percent(cell.most)}`, bytes(cell.bytes), ...failed];
}

function matrixPicture({ classes, cells }: TierMatrix): Picture {
  const colours = palette.value;
  const [width, height, left, top] = [150, 40, 130, 24];
  const markup = [`<g font-size="12">`];
  classes.forEach((c, i) => {
    const name = escapeXml(className(c));
    markup.push(`<text x="${left + (i + 0.5) * width}" y="16" text-anchor="middle">${name}</text>`);
    markup.push(`<text x="${left - 8}" y="${top + (i + 0.5) * height + 4}" text-anchor="end">${name}</text>`);
  });
  cells.forEach((cell, i) => {
    if (!cell) return;
    const [x, y] = [left + (i % classes.length) * width, top + Math.floor(i / classes.length) * height];
    const share = Number.isNaN(cell.mean) ? 0 : cell.mean;
    const ink = inkOn(sequentialRgb(colours, share));
    const [first = "", ...others] = cellLines(cell);
    markup.push(
      `<rect x="${x}" y="${y}" width="${width - 1}" height="${height - 1}" fill="${sequential(colours, share)}"/>` +
        `<g text-anchor="middle" fill="${ink}"><text x="${x + width / 2}" y="${y + 17}">${escapeXml(first)}</text>` +
        `<text x="${x + width / 2}" y="${y + 32}" font-size="10">${escapeXml(others.join(", "))}</text></g>`,
    );
  });
  markup.push("</g>");
  return { width: left + classes.length * width, height: top + classes.length * height, markup: markup.join("") };
}
