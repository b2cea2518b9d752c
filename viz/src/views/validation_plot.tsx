import type { RefObject } from "preact";
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
  const { ink, muted, grid, rule, panel } = palette.value.colours;
  const height = Math.max(300, Math.min(560, width * 0.7));
  const plot = { width: Math.max(80, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const axis = axisOf(one.points.flatMap(({ row }) => [row.measuredUs * 1e6, row.simulatedUs * 1e6]), true);
  const px = (ps: number) => margin.left + along(axis, ps) * plot.width;
  const py = (ps: number) => margin.top + plot.height - along(axis, ps) * plot.height;
  const at = (i: number): [number, number] => [px(one.points[i]!.row.measuredUs * 1e6), py(one.points[i]!.row.simulatedUs * 1e6)];
  const drawn = one.points.flatMap(({ system }, i) => (hidden.has(system) ? [] : [i]));
  const order = [...drawn].sort((a, b) => at(a)[0] - at(b)[0] || at(b)[1] - at(a)[1] || a - b);
  // The ends of the line on which simulated is `factor` times measured, from edge to edge.
  const ends = (factor: number) =>
    [Math.max(axis.least, axis.least / factor), Math.min(axis.most, axis.most / factor)].map((x) => [px(x), py(x * factor)] as const);
  const path = (points: readonly (readonly [number, number])[]) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}`;
  const corner = (ps: number) => [px(ps), py(ps)] as const;
  const band = path([corner(axis.least), ...ends(2), corner(axis.most), ...ends(0.5).reverse()]);
  const nearest = (event: PointerEvent): number => {
    const bounds = drawing.current!.getBoundingClientRect();
    const [mx, my] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = -1;
    let least = 24 * 24;
    for (const i of drawn) {
      const [x, y] = at(i);
      const distance = (x - mx) ** 2 + (y - my) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const here = order.indexOf(told);
    onTold(order[here < 0 ? 0 : Math.min(order.length - 1, Math.max(0, here + step))] ?? -1);
  };
  return (
    <svg
      ref={drawing}
      class="scatter"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="application"
      aria-label={label}
      tabindex={0}
      onPointerMove={(event) => onTold(nearest(event))}
      onPointerDown={(event) => onTold(nearest(event))}
      onPointerLeave={(event) => event.pointerType === "mouse" && onTold(-1)}
      onKeyDown={onKeyDown}
    >
      <path d={`${band}Z`} fill={grid} />
      <g font-size="11" fill={muted}>
        {marks(axis, Math.max(2, Math.floor(plot.width / 90))).map((value) => (
          <g>
            <path d={`M${px(value)} ${margin.top}v${plot.height}`} stroke={grid} />
            <text x={px(value)} y={margin.top + plot.height + 15} text-anchor="middle">
              {timeShort(value)}
            </text>
          </g>
        ))}
        {marks(axis, Math.max(2, Math.floor(plot.height / 45))).map((value) => (
          <g>
            <path d={`M${margin.left} ${py(value)}h${plot.width}`} stroke={grid} />
            <text x={margin.left - 6} y={py(value) + 4} text-anchor="end">
              {timeShort(value)}
            </text>
          </g>
        ))}
        <path d={`M${margin.left} ${margin.top}v${plot.height}h${plot.width}`} fill="none" stroke={rule} />
        <text x={margin.left + plot.width} y={height - 4} text-anchor="end" fill={ink}>
          {text.measured}
        </text>
        <text x={12} y={margin.top + plot.height / 2} text-anchor="middle" fill={ink} transform={`rotate(-90 12 ${margin.top + plot.height / 2})`}>
          {text.simulated}
        </text>
      </g>
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
    </svg>
  );
}
