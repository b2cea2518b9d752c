import type { RefObject } from "preact";
import { Axes } from "../chart/axes";
import { ScatterPlot, type Place } from "../chart/scatter_plot";
import { seriesColour } from "../figure/palette";
import { along, axisOf, marks } from "../model/compare_scale";
import type { TableRow } from "../model/compare_table";
import { palette } from "../state/theme";

const height = 360;
const margin = { left: 74, right: 18, top: 10, bottom: 42 };

/** Rows that do the same work, and which of them are on its front; indices into the points. */
export interface Work {
  first: TableRow;
  members: number[];
  front: number[];
}

interface PlotProps {
  title: string;
  points: readonly { x: number; y: number }[];
  works: readonly Work[];
  width: number;
  log: boolean;
  told: number;
  onTold: (index: number) => void;
  words: (index: number) => string;
  label: (index: number) => string;
  xName: string;
  yName: string;
  xWords: (value: number) => string;
  yWords: (value: number) => string;
  xBytes: boolean;
  yBytes: boolean;
  drawing: RefObject<SVGSVGElement | null>;
}

// Points and fronts on two axes; the nearest point is told.
export function Plot({ title, points, works, width, log, told, onTold, words, label, xName, yName, xWords, yWords, xBytes, yBytes, drawing }: PlotProps) {
  const colours = palette.value;
  const { ink, panel } = colours.colours;
  const front = works.flatMap((w) => w.front);
  const workOf = new Map(works.flatMap((w, at) => w.members.map((i) => [i, at] as const)));
  const colourOf = (i: number) => seriesColour(colours, workOf.get(i) ?? 0);
  const xAxis = axisOf(points.map((p) => p.x), log);
  const yAxis = axisOf(points.map((p) => p.y), log);
  const plot = { width: Math.max(80, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const px = (value: number) => margin.left + along(xAxis, value) * plot.width;
  const py = (value: number) => margin.top + plot.height - along(yAxis, value) * plot.height;
  const places = points.map(({ x, y }): Place => [px(x), py(y)]);
  const onFront = new Set(front);
  return (
    <ScatterPlot
      label={title}
      width={width}
      height={height}
      places={new Map(places.entries())}
      told={told}
      onTold={onTold}
      drawing={drawing}
    >
      <Axes
        palette={colours}
        frame={{ ...margin, ...plot }}
        x={{ name: xName, marks: marks(xAxis, Math.max(2, Math.floor(plot.width / 90)), xBytes), at: px, words: xWords }}
        y={{ name: yName, marks: marks(yAxis, 7, yBytes), at: py, words: yWords }}
        foot={height - 6}
      />
      {works.map((w, at) => (
        <path
          key={at}
          d={w.front.map((i, n) => `${n === 0 ? "M" : "L"}${places[i]!.join(" ")}`).join("")}
          fill="none"
          stroke={seriesColour(colours, at)}
          stroke-width="1.5"
        />
      ))}
      {places.map(([cx, cy], i) => (
        <circle
          key={i}
          cx={cx}
          cy={cy}
          r={told === i ? 6 : onFront.has(i) ? 4.5 : 4}
          fill={onFront.has(i) ? colourOf(i) : panel}
          fill-opacity={onFront.has(i) ? 1 : 0.4}
          stroke={told === i ? ink : colourOf(i)}
          stroke-width="1.5"
          role="img"
          aria-label={words(i)}
        />
      ))}
      <FrontLabels front={front} places={places} label={label} ink={ink} panel={panel} right={margin.left + plot.width} />
    </ScatterPlot>
  );
}

// Names of the front, as far as they do not touch each other.
function FrontLabels({ front, places, label, ink, panel, right }: {
  front: readonly number[];
  places: readonly Place[];
  label: (i: number) => string;
  ink: string;
  panel: string;
  right: number;
}) {
  const taken: { x0: number; x1: number; y: number }[] = [];
  const shown = front.flatMap((i) => {
    const words = label(i);
    const wide = 6.3 * [...words].length;
    const [px, py] = places[i]!;
    const left = px + 8 + wide > right;
    const x0 = left ? px - 8 - wide : px + 8;
    const y = py - 6;
    if (x0 < margin.left || taken.some((t) => Math.abs(t.y - y) < 13 && x0 < t.x1 && t.x0 < x0 + wide)) return [];
    taken.push({ x0, x1: x0 + wide, y });
    return [{ i, words, x: left ? px - 8 : px + 8, y, left }];
  });
  return (
    <g font-size="11" fill={ink} stroke={panel} stroke-width="3" paint-order="stroke">
      {shown.map((s) => (
        <text key={s.i} x={s.x} y={s.y} text-anchor={s.left ? "end" : "start"}>
          {s.words}
        </text>
      ))}
    </g>
  );
}
