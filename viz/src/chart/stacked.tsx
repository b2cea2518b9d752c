import { useId, useState } from "preact/hooks";
import type { Ref } from "preact";
import { seriesColour, type Palette } from "../figure/palette";
import { percent, short, time, timeShort } from "../format/numbers";
import { isOfBrowser } from "./keys";
import { ticks } from "./ticks";
import "./stacked.css";

export type Fill = "solid" | "tint" | "hatch" | "outline";

export interface StackSegment {
  key: string; // the same in all bars for the same thing
  label: string;
  hue: number | "dark" | "middle" | "pale"; // of the palette's series, or one of its greys
  fill: Fill;
  ps: number;
}

export interface StackBar {
  label: string;
  note: string; // after the label, of second rank
  totalPs: number;
  segments: readonly StackSegment[];
}

interface StackedProps {
  label: string;
  bars: readonly StackBar[];
  share: boolean; // every bar over the whole width; else by time, on a common scale
  palette: Palette;
  width: number;
  labelWidth: number;
  svg: Ref<SVGSVGElement>;
}

const barHeight = 18;
const top = 4;
const bottom = 22;
const right = 74;
const nameWidth = 66; // of a bar that has a note beside its name
const narrow = 420; // names stand above their bars where there is no room beside

// Horizontal bars, one below the other. Hover or focus on a bar lists its parts; arrow keys go from bar to bar.
export function Stacked({ label, bars, share, palette, width, labelWidth, svg }: StackedProps) {
  const id = useId().replaceAll(":", "");
  const [at, setAt] = useState<{ bar: number; key: string | null } | null>(null);
  const [stop, setStop] = useState(0); // the bar that Tab reaches; arrow keys go on from there
  const above = width < narrow;
  const left = above ? 1 : labelWidth;
  const rowHeight = above ? 42 : 26;
  const inner = Math.max(40, width - left - right);
  const longest = Math.max(...bars.map((bar) => bar.totalPs), 1);
  const scale = (ps: number, bar: StackBar) => (inner * ps) / (share ? bar.totalPs || 1 : longest);
  const height = top + bars.length * rowHeight + bottom;
  const axis = share ? (inner < 260 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]) : ticks("linear", 0, longest, Math.max(2, Math.floor(inner / 90)));
  const { colours } = palette;
  const hues = [...new Set(bars.flatMap((bar) => bar.segments.filter((s) => s.fill === "hatch").map((s) => s.hue)))];
  const chosen = at === null ? undefined : bars[at.bar];
  return (
    <div class="stacked" onMouseLeave={() => setAt(null)}>
      <svg ref={svg} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={label} font-size="12" fill={colours.ink}>
        <defs>
          {hues.map((hue) => (
            <pattern key={hue} id={`${id}${hue}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="6" height="6" fill={colours.panel} />
              <rect width="3.4" height="6" fill={colourOf(palette, hue)} />
            </pattern>
          ))}
        </defs>
        {axis.map((mark) => {
          const x = left + (share ? mark * inner : (inner * mark) / longest);
          return (
            <g key={mark}>
              <path d={`M${x} ${top}v${bars.length * rowHeight}`} stroke={colours.grid} />
              <text x={x} y={height - 6} text-anchor={above && mark === 0 ? "start" : "middle"} fill={colours.muted}>
                {share ? `${short(100 * mark)} %` : timeShort(mark)}
              </text>
            </g>
          );
        })}
        {bars.map((bar, row) => {
          const y = top + row * rowHeight + (above ? rowHeight - barHeight - 4 : (rowHeight - barHeight) / 2);
          let x = left;
          return (
            <g
              key={row}
              class="stacked-bar"
              tabindex={row === Math.min(stop, bars.length - 1) ? 0 : -1}
              role="img"
              aria-label={`${bar.label} ${bar.note}: ${time(bar.totalPs)}. ${bar.segments.map((s) => `${s.label} ${percent(s.ps / bar.totalPs)}`).join(", ")}`}
              onFocus={() => {
                setStop(row);
                setAt({ bar: row, key: null });
              }}
              onKeyDown={(event) => {
                const next = { ArrowDown: row + 1, ArrowUp: row - 1, Home: 0, End: bars.length - 1 }[event.key];
                const target = next === undefined ? undefined : event.currentTarget.parentElement?.querySelectorAll<SVGGElement>(".stacked-bar")[next];
                if (next === undefined || isOfBrowser(event)) return;
                event.preventDefault();
                target?.focus();
              }}
              onBlur={() => setAt(null)}
            >
              <rect x="0" y={top + row * rowHeight} width={width} height={rowHeight} fill="transparent" onMouseMove={() => setAt({ bar: row, key: null })} />
              {above ? (
                <text x={left} y={y - 5} pointer-events="none">
                  {clip(bar.label, width - nameWidth)}
                  <tspan dx="8" fill={colours.muted}>
                    {clip(bar.note, width - nameWidth)}
                  </tspan>
                </text>
              ) : (
                <text x={bar.note === "" ? left - 8 : nameWidth - 8} y={y + 13} text-anchor="end" pointer-events="none">
                  {clip(bar.label, bar.note === "" ? left : nameWidth)}
                </text>
              )}
              {!above && bar.note !== "" && (
                <text x={nameWidth} y={y + 13} fill={colours.muted} pointer-events="none">
                  {clip(bar.note, left - nameWidth)}
                </text>
              )}
              {bar.segments.map((segment) => {
                const w = scale(segment.ps, bar);
                const from = x;
                x += w;
                return (
                  <rect
                    key={segment.key}
                    data-part={segment.key}
                    x={from}
                    y={y}
                    width={Math.max(0, w - (w > 3 ? 1 : 0))}
                    height={barHeight}
                    {...paint(palette, segment, `${id}${segment.hue}`)}
                    opacity={at?.bar === row && at.key !== null && at.key !== segment.key ? 0.45 : undefined}
                    onMouseMove={() => setAt({ bar: row, key: segment.key })}
                  />
                );
              })}
              <text x={x + 6} y={y + 13} fill={colours.muted} pointer-events="none">
                {time(bar.totalPs)}
              </text>
            </g>
          );
        })}
      </svg>
      <div class="curve-tip stacked-tip" aria-hidden="true" hidden={!chosen} style={{ top: `${top + ((at?.bar ?? 0) + 1) * rowHeight + 2}px`, left: `${left}px` }}>
        {chosen && (
          <>
            <strong>
              {chosen.label} {chosen.note}
            </strong>
            <table>
              <tbody>
                {chosen.segments.map((segment) => (
                  <tr key={segment.key} class={segment.key === at?.key ? "chosen" : undefined}>
                    <td>
                      <StackSwatch segment={segment} palette={palette} />
                    </td>
                    <td>{segment.label}</td>
                    <td class="number">{time(segment.ps)}</td>
                    <td class="number">{percent(segment.ps / chosen.totalPs)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </div>
    </div>
  );
}

export function StackSwatch({ segment, palette }: { segment: Pick<StackSegment, "hue" | "fill">; palette: Palette }) {
  const id = useId().replaceAll(":", "");
  return (
    <svg width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">
      {segment.fill === "hatch" && (
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill={palette.colours.panel} />
          <rect width="3.4" height="6" fill={colourOf(palette, segment.hue)} />
        </pattern>
      )}
      <rect x="0.5" y="0.5" width="13" height="11" {...paint(palette, segment, id)} />
    </svg>
  );
}

export function colourOf(palette: Palette, hue: StackSegment["hue"]): string {
  if (typeof hue === "number") return seriesColour(palette, hue);
  return palette.neutral[hue === "dark" ? 0 : hue === "middle" ? 1 : 2];
}

function paint(palette: Palette, segment: Pick<StackSegment, "hue" | "fill">, pattern: string) {
  const colour = colourOf(palette, segment.hue);
  switch (segment.fill) {
    case "solid":
      return { fill: colour };
    case "tint":
      return { fill: colour, "fill-opacity": 0.45 };
    case "hatch":
      return { fill: `url(#${pattern})`, stroke: colour, "stroke-width": 0.75 };
    case "outline":
      return { fill: palette.colours.panel, stroke: colour, "stroke-width": 1 };
  }
}

// About 6.5 pixels a character; CJK characters take two.
function clip(text: string, pixels: number): string {
  let left = pixels / 6.6;
  let out = "";
  for (const c of text) {
    left -= (c.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1;
    if (left < 1) return `${out}…`;
    out += c;
  }
  return out;
}
