import type { Palette } from "../figure/palette";

export interface Scale {
  name: string;
  marks: readonly number[];
  at: (value: number) => number; // pixels in the drawing
  words: (value: number) => string;
}

interface AxesProps {
  palette: Palette;
  frame: { left: number; top: number; width: number; height: number };
  x: Scale;
  y: Scale;
  foot: number; // where the name of x stands
}

// A grid at the marks of two scales, what they are worth, and the names of both.
export function Axes({ palette, frame, x, y, foot }: AxesProps) {
  const { ink, muted, grid, rule } = palette.colours;
  const { left, top, width, height } = frame;
  return (
    <g font-size="11" fill={muted}>
      {x.marks.map((value) => (
        <g>
          <path d={`M${x.at(value)} ${top}v${height}`} stroke={grid} />
          <text x={x.at(value)} y={top + height + 15} text-anchor="middle">
            {x.words(value)}
          </text>
        </g>
      ))}
      {y.marks.map((value) => (
        <g>
          <path d={`M${left} ${y.at(value)}h${width}`} stroke={grid} />
          <text x={left - 6} y={y.at(value) + 4} text-anchor="end">
            {y.words(value)}
          </text>
        </g>
      ))}
      <path d={`M${left} ${top}v${height}h${width}`} fill="none" stroke={rule} />
      <text x={left + width} y={foot} text-anchor="end" fill={ink}>
        {x.name}
      </text>
      <text x={12} y={top + height / 2} text-anchor="middle" fill={ink} transform={`rotate(-90 12 ${top + height / 2})`}>
        {y.name}
      </text>
    </g>
  );
}
