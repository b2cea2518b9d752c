import type { RefObject } from "preact";
import { Axes } from "../chart/axes";
import { ScatterPlot, type Place } from "../chart/scatter_plot";
import { seriesColour } from "../figure/palette";
import { timeShort } from "../format/numbers";
import type { Validation } from "../model/validation";
import { along, axisOf, marks } from "../model/compare_scale";
import { palette } from "../state/theme";
import { validationText } from "./validation.strings";

const margin = { left: 58, right: 12, top: 10, bottom: 36 };

interface PlotProps {
  one: Validation;
  hidden: ReadonlySet<number>;
  width: number;
  told: number; // index into the points; -1: none
  onTold: (point: number) => void;
  label: string;
  words: (point: number) => string;
  drawing: RefObject<SVGSVGElement | null>;
}

// Circles, then squares, then triangles, each in all colours.
export function mark(system: number, x: number, y: number, radius: number): string {
  const shape = Math.floor(system / palette.value.series.length) % 3;
  if (shape === 0) return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  if (shape === 1) return `M${x - radius} ${y - radius}h${2 * radius}v${2 * radius}h${-2 * radius}Z`;
  return `M${x} ${y - radius}l${radius} ${2 * radius}h${-2 * radius}Z`;
}

// Both axes have the same decades, so that the line of equal times is a diagonal; the nearest point is told.
export function ValidationPlot({ one, hidden, width, told, onTold, label, words, drawing }: PlotProps) {
  const text = validationText();
  const { ink, muted, grid, panel } = palette.value.colours;
  const height = Math.max(300, Math.min(560, width * 0.7));
  const plot = { width: Math.max(80, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const axis = axisOf(one.points.flatMap(({ row }) => [row.measuredUs * 1e6, row.simulatedUs * 1e6]), true);
  const px = (ps: number) => margin.left + along(axis, ps) * plot.width;
  const py = (ps: number) => margin.top + plot.height - along(axis, ps) * plot.height;
  const at = (i: number): Place => [px(one.points[i]!.row.measuredUs * 1e6), py(one.points[i]!.row.simulatedUs * 1e6)];
  const drawn = one.points.flatMap(({ system }, i) => (hidden.has(system) ? [] : [i]));
  // The ends of the line on which simulated is `factor` times measured, from edge to edge.
  const ends = (factor: number) =>
    [Math.max(axis.least, axis.least / factor), Math.min(axis.most, axis.most / factor)].map((x) => [px(x), py(x * factor)] as const);
  const path = (points: readonly Place[]) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}`;
  const corner = (ps: number) => [px(ps), py(ps)] as const;
  const band = path([corner(axis.least), ...ends(2), corner(axis.most), ...ends(0.5).reverse()]);
  return (
    <ScatterPlot
      label={label}
      width={width}
      height={height}
      places={new Map(drawn.map((i) => [i, at(i)]))}
      told={told}
      onTold={onTold}
      drawing={drawing}
    >
      <path d={`${band}Z`} fill={grid} />
      <Axes
        palette={palette.value}
        frame={{ ...margin, ...plot }}
        x={{ name: text.measured, marks: marks(axis, Math.max(2, Math.floor(plot.width / 90))), at: px, words: timeShort }}
        y={{ name: text.simulated, marks: marks(axis, Math.max(2, Math.floor(plot.height / 45))), at: py, words: timeShort }}
        foot={height - 4}
      />
      <path d={path(ends(1))} stroke={muted} stroke-width="1.5" />
      {drawn.map((i) => {
        const { system } = one.points[i]!;
        const fitted = one.systems[system]!.part === "fit";
        const colour = seriesColour(palette.value, system);
        const [x, y] = at(i);
        return (
          <path
            key={i}
            d={mark(system, x, y, told === i ? 6 : 3.5)}
            fill={fitted ? colour : panel}
            fill-opacity={fitted ? 1 : 0.4}
            stroke={told === i ? ink : colour}
            stroke-width="1.5"
            role="img"
            aria-label={words(i)}
          />
        );
      })}
    </ScatterPlot>
  );
}
