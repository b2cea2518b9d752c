import type { RefObject } from "preact";
import { useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isOfBrowser } from "../chart/keys";
import { useWidth } from "../chart/use_width";
import { sequentialRgb, type Palette } from "../figure/palette";
import type { Picture } from "../figure/picture";
import { cut, cutToWidth, heatGeometry, labelSize, labelStep, labelWidth, letter, type HeatGeometry, type HeatLimits } from "../model/stuck_heat";
import { palette } from "../state/theme";
import { stuckText } from "./stuck.strings";
import { heatPicture, inkOn, paint } from "./stuck_heat_paint";
import { Scale } from "./stuck_scale";
import "./stuck.css";

export interface HeatHandle {
  picture(): Picture;
}

export interface HeatProps {
  label: string;
  rows: number;
  columns: number;
  values: Float64Array; // row * columns + column; NaN: nothing is there
  down?: Uint8Array; // what is there has failed
  least: number; // of the scale of colours
  most: number;
  rowLabel: (row: number) => string;
  columnLabel: (column: number) => string;
  rowTitle?: string;
  columnTitle?: string;
  ticks?: readonly { at: number; text: string }[]; // in columns, where those are a scale and have no names of their own
  describe: (row: number, column: number) => string; // what the line below says
  text?: (row: number, column: number) => string; // inside cells that have room
  format: (value: number) => string; // of the scale
  limits: HeatLimits;
  chosen?: readonly [number, number];
  onChoose?: (row: number, column: number) => void;
  handle: RefObject<HeatHandle | null>;
}

// A matrix on a canvas. Hover, touch or the arrow keys name a cell in the line below.
export function Heat(props: HeatProps) {
  const { rows, columns, values, rowLabel, columnLabel, down, least, most } = props;
  const [box, width] = useWidth<HTMLDivElement>(600);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const colours = palette.value;
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const place = useMemo(() => layOut(props, width), [rows, columns, width, rowLabel, columnLabel, props.rowTitle, props.columnTitle, props.limits, props.ticks]);
  const { geometry } = place;

  useLayoutEffect(() => {
    if (canvas.current && width > 0) paint(canvas.current, values, down, rows, columns, least, most, geometry, colours);
  }, [values, down, rows, columns, least, most, geometry, colours, width]);

  useImperativeHandle(
    props.handle,
    () => ({ picture: () => heatPicture(canvas.current!, overlay.current!, geometry, props, colours) }),
    [geometry, props, colours],
  );

  const inside = cursor && cursor[0] < rows && cursor[1] < columns ? cursor : null;
  const told = inside ?? props.chosen ?? null;
  const cellAt = (event: PointerEvent): readonly [number, number] | null => {
    const bounds = box.current!.getBoundingClientRect();
    const column = Math.floor((event.clientX - bounds.left - geometry.left) / geometry.cellWidth);
    const row = Math.floor((event.clientY - bounds.top - geometry.top) / geometry.cellHeight);
    return row >= 0 && row < rows && column >= 0 && column < columns ? [row, column] : null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfBrowser(event)) return;
    const step = event.shiftKey ? 10 : 1;
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-step, 0],
      ArrowDown: [step, 0],
      ArrowLeft: [0, -step],
      ArrowRight: [0, step],
      Home: [0, -columns],
      End: [0, columns],
    };
    const [row, column] = inside ?? props.chosen ?? [0, 0];
    const move = moves[event.key];
    if (move) {
      const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
      setCursor(inside ? [clamp(row + move[0], rows), clamp(column + move[1], columns)] : [row, column]);
    } else if ((event.key === "Enter" || event.key === " ") && inside && props.onChoose) props.onChoose(row, column);
    else if (event.key === "Escape") setCursor(null);
    else return;
    event.preventDefault();
  };
  return (
    <div class="heat">
      <div
        ref={box}
        class="heat-box"
        role="application"
        aria-label={props.label}
        aria-roledescription={stuckText().matrix}
        tabIndex={0}
        onPointerMove={(event) => setCursor(cellAt(event))}
        onPointerLeave={(event) => event.pointerType === "mouse" && setCursor(null)}
        onPointerDown={(event) => {
          const cell = cellAt(event);
          setCursor(cell);
          if (cell && props.onChoose) props.onChoose(cell[0], cell[1]);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
        style={{ height: `${place.height}px` }}
      >
        <canvas
          ref={canvas}
          aria-hidden="true"
          style={{ left: `${geometry.left}px`, top: `${geometry.top}px`, width: `${geometry.width}px`, height: `${geometry.height}px` }}
        />
        <svg ref={overlay} width={width} height={place.height} viewBox={`0 0 ${Math.max(1, width)} ${place.height}`} aria-hidden="true">
          <Labels place={place} rowTitle={props.rowTitle} columnTitle={props.columnTitle} colours={colours} />
          <Texts {...props} geometry={geometry} colours={colours} />
          {props.chosen && <Frame at={props.chosen} geometry={geometry} colour={colours.colours.accent} />}
          {inside && <Frame at={inside} geometry={geometry} colour={colours.colours.ink} />}
        </svg>
      </div>
      <output class="heat-told" aria-live="polite">
        <bdi>{told ? props.describe(told[0], told[1]) : stuckText().pointAt}</bdi>
      </output>
      <Scale least={least} most={most} format={props.format} down={down?.some((d) => d !== 0) ?? false} />
    </div>
  );
}

interface Placed {
  geometry: HeatGeometry;
  height: number; // with labels
  rows: { at: number; text: string }[];
  columns: { at: number; text: string }[];
  turned: boolean; // labels of columns stand on end
}

function layOut(props: HeatProps, width: number): Placed {
  const { rows, columns } = props;
  const room = Math.max(width / 3, Math.min(110, 0.42 * width)); // of rows' names
  const rowTexts = cutToWidth(Array.from({ length: rows }, (_, r) => props.rowLabel(r)), Math.min(28 * letter, room - 10));
  const columnTexts = props.ticks ? [] : Array.from({ length: columns }, (_, c) => cut(props.columnLabel(c), 18));
  const longest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, labelWidth(text)), 0);
  const titleRoom = props.rowTitle ? 16 : 0;
  const left = Math.min(longest(rowTexts) + 10, room) + titleRoom;
  const guess = heatGeometry(width, rows, columns, left, 0, props.limits);
  const wide = longest(columnTexts) + 6;
  const turned = wide > guess.cellWidth && longest(columnTexts) > 3 * letter;
  const top = (turned ? longest(columnTexts) + 8 : labelSize + 6) + (props.columnTitle ? 16 : 0);
  const geometry = heatGeometry(width, rows, columns, left, top, props.limits);
  const rowStep = labelStep(geometry.cellHeight, labelSize + 1);
  const columnStep = labelStep(geometry.cellWidth, turned ? labelSize + 2 : wide);
  const every = (texts: readonly string[], step: number, size: number) =>
    texts.flatMap((text, i) => (i % step === 0 ? [{ at: (i + 0.5) * size, text }] : []));
  return {
    geometry,
    height: top + geometry.height + 2,
    rows: every(rowTexts, rowStep, geometry.cellHeight),
    columns: props.ticks
      ? props.ticks.map(({ at, text }) => ({ at: at * geometry.cellWidth, text }))
      : every(columnTexts, columnStep, geometry.cellWidth),
    turned,
  };
}

function Labels({ place, rowTitle, columnTitle, colours }: { place: Placed; rowTitle?: string; columnTitle?: string; colours: Palette }) {
  const { left, top } = place.geometry;
  const { muted, ink } = colours.colours;
  const titleWidth = columnTitle ? labelWidth(columnTitle) : 0;
  return (
    <g font-size={labelSize} fill={muted}>
      {columnTitle && (
        <text x={left + Math.max(place.geometry.width, titleWidth) / 2} y={11} text-anchor="middle" fill={ink}>
          {columnTitle}
        </text>
      )}
      {rowTitle &&
        (labelWidth(rowTitle) <= place.geometry.height ? (
          <text x={11} y={top + place.geometry.height / 2} text-anchor="middle" fill={ink} transform={`rotate(-90 11 ${top + place.geometry.height / 2})`}>
            {rowTitle}
          </text>
        ) : (
          <text x={0} y={top - 5} fill={ink}>
            {cut(rowTitle, Math.floor((left - 8) / letter))}
          </text>
        ))}
      {place.rows.map(({ at, text }) => (
        <text x={left - 6} y={top + at + 4} text-anchor="end">
          {text}
        </text>
      ))}
      {place.columns.map(({ at, text }) =>
        place.turned ? (
          <text x={left + at + 4} y={top - 5} text-anchor="start" transform={`rotate(-90 ${left + at + 4} ${top - 5})`}>
            {text}
          </text>
        ) : (
          <text x={left + at} y={top - 5} text-anchor="middle">
            {text}
          </text>
        ),
      )}
    </g>
  );
}

// Numbers in cells that have room for them, dark on light and light on dark.
function Texts({ rows, columns, values, down, text, geometry, colours, least, most }: HeatProps & { geometry: HeatGeometry; colours: Palette }) {
  if (!text || geometry.cellHeight < 16 || rows * columns > 1200) return null;
  const cells = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      const words = Number.isNaN(value) || down?.[row * columns + column] ? "" : text(row, column);
      if (words === "" || labelWidth(words) > geometry.cellWidth - 9) continue;
      cells.push(
        <text
          x={geometry.left + (column + 0.5) * geometry.cellWidth}
          y={geometry.top + (row + 0.5) * geometry.cellHeight + 4}
          text-anchor="middle"
          fill={inkOn(sequentialRgb(colours, (value - least) / (most - least || 1)))}
        >
          {words}
        </text>,
      );
    }
  return <g font-size={labelSize}>{cells}</g>;
}

function Frame({ at, geometry, colour }: { at: readonly [number, number]; geometry: HeatGeometry; colour: string }) {
  const { left, top, cellWidth, cellHeight } = geometry;
  return (
    <rect
      x={left + at[1] * cellWidth - 1}
      y={top + at[0] * cellHeight - 1}
      width={Math.max(3, cellWidth + 1)}
      height={Math.max(3, cellHeight + 1)}
      fill="none"
      stroke={colour}
      stroke-width="2"
    />
  );
}
