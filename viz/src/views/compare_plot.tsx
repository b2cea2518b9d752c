import type { RefObject } from "preact";
import { seriesColour } from "../figure/palette";
import { along, axisOf, marks, type Axis } from "../model/compare_scale";
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
  const { ink, muted, grid, rule, panel } = colours.colours;
  const front = works.flatMap((w) => w.front);
  const workOf = new Map(works.flatMap((w, at) => w.members.map((i) => [i, at] as const)));
  const colourOf = (i: number) => seriesColour(colours, workOf.get(i) ?? 0);
  const xAxis = axisOf(points.map((p) => p.x), log);
  const yAxis = axisOf(points.map((p) => p.y), log);
  const plot = { width: Math.max(80, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const at = (axis: Axis, value: number, size: number) => along(axis, value) * size;
  const px = (i: number) => margin.left + at(xAxis, points[i]!.x, plot.width);
  const py = (i: number) => margin.top + plot.height - at(yAxis, points[i]!.y, plot.height);
  const onFront = new Set(front);
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.x - points[b]!.x || points[a]!.y - points[b]!.y || a - b);
  const nearest = (event: PointerEvent): number => {
    const bounds = drawing.current!.getBoundingClientRect();
    const [mx, my] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = -1;
    let least = 24 * 24;
    for (let i = 0; i < points.length; i++) {
      const distance = (px(i) - mx) ** 2 + (py(i) - my) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const here = order.indexOf(told);
    onTold(order[here < 0 ? 0 : Math.min(order.length - 1, Math.max(0, here + step))]!);
  };
  return (
    <svg
      ref={drawing}
      class="scatter"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="application"
      aria-label={title}
      tabindex={0}
      onPointerMove={(event) => onTold(nearest(event))}
      onPointerDown={(event) => onTold(nearest(event))}
      onPointerLeave={(event) => event.pointerType === "mouse" && onTold(-1)}
      onKeyDown={onKeyDown}
    >
      <g font-size="11" fill={muted}>
        {marks(xAxis, Math.max(2, Math.floor(plot.width / 90)), xBytes).map((value) => {
          const x = margin.left + at(xAxis, value, plot.width);
          return (
            <g>
              <path d={`M${x} ${margin.top}v${plot.height}`} stroke={grid} />
              <text x={x} y={margin.top + plot.height + 15} text-anchor="middle">
                {xWords(value)}
              </text>
            </g>
          );
        })}
        {marks(yAxis, 7, yBytes).map((value) => {
          const y = margin.top + plot.height - at(yAxis, value, plot.height);
          return (
            <g>
              <path d={`M${margin.left} ${y}h${plot.width}`} stroke={grid} />
              <text x={margin.left - 6} y={y + 4} text-anchor="end">
                {yWords(value)}
              </text>
            </g>
          );
        })}
        <path d={`M${margin.left} ${margin.top}v${plot.height}h${plot.width}`} fill="none" stroke={rule} />
        <text x={margin.left + plot.width} y={height - 6} text-anchor="end" fill={ink}>
          {xName}
        </text>
        <text x={12} y={margin.top + plot.height / 2} text-anchor="middle" fill={ink} transform={`rotate(-90 12 ${margin.top + plot.height / 2})`}>
          {yName}
        </text>
      </g>
      {works.map((w, at) => (
        <path
          key={at}
          d={w.front.map((i, n) => `${n === 0 ? "M" : "L"}${px(i)} ${py(i)}`).join("")}
          fill="none"
          stroke={seriesColour(colours, at)}
          stroke-width="1.5"
        />
      ))}
      {points.map((_, i) => (
        <circle
          key={i}
          cx={px(i)}
          cy={py(i)}
          r={told === i ? 6 : onFront.has(i) ? 4.5 : 4}
          fill={onFront.has(i) ? colourOf(i) : panel}
          fill-opacity={onFront.has(i) ? 1 : 0.4}
          stroke={told === i ? ink : colourOf(i)}
          stroke-width="1.5"
          role="img"
          aria-label={words(i)}
        />
      ))}
      <FrontLabels front={front} px={px} py={py} label={label} ink={ink} panel={panel} right={margin.left + plot.width} />
    </svg>
  );
}

// Names of the front, as far as they do not touch each other.
function FrontLabels({ front, px, py, label, ink, panel, right }: {
  front: readonly number[];
  px: (i: number) => number;
  py: (i: number) => number;
  label: (i: number) => string;
  ink: string;
  panel: string;
  right: number;
}) {
  const taken: { x0: number; x1: number; y: number }[] = [];
  const shown = front.flatMap((i) => {
    const words = label(i);
    const wide = 6.3 * [...words].length;
    const left = px(i) + 8 + wide > right;
    const x0 = left ? px(i) - 8 - wide : px(i) + 8;
    const y = py(i) - 6;
    if (x0 < margin.left || taken.some((t) => Math.abs(t.y - y) < 13 && x0 < t.x1 && t.x0 < x0 + wide)) return [];
    taken.push({ x0, x1: x0 + wide, y });
    return [{ i, words, x: left ? px(i) - 8 : px(i) + 8, y, left }];
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
