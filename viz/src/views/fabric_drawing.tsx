import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { elementNear } from "../chart/near";
import { useWidth } from "../chart/use_width";
import { sequential } from "../figure/palette";
import type { MapEdge } from "../model/fabric_map";
import { cut } from "../model/stuck_heat";
import { palette } from "../state/theme";

export interface DrawItem {
  name: string;
  short: string; // in its place where that does not fit
  note: string; // a second line, where there is room
  row: number; // into rows
  faint: boolean; // stands for what is outside
  failed: boolean;
  open?: () => void;
  words: string; // read when pointed at, and to who cannot see
}

interface LayeredProps {
  label: string;
  rows: readonly string[]; // from the top
  items: readonly DrawItem[];
  edges: readonly MapEdge[];
  edgeWords: (edge: MapEdge) => string;
  hint: string;
  drawing: RefObject<SVGSVGElement | null>;
}

const rowHeight = 92;
const boxHeight = 34;
const arcRoom = 50; // below the last row, where links join its own devices

const finger = 12; // pixels from a line within which a finger means it

interface Told {
  item: number; // -1: none
  edge: number;
}

const nothing: Told = { item: -1, edge: -1 };

interface Placed {
  x: number; // of its middle
  y: number;
  width: number;
  height: number;
}

// Items in rows, each row spread over the width, and lines between them coloured by use.
export function Layered({ label, rows, items, edges, edgeWords, hint, drawing }: LayeredProps) {
  const [box, width] = useWidth<HTMLDivElement>(800);
  const [pointed, setPointed] = useState<Told & { of: readonly MapEdge[] }>({ ...nothing, of: edges });
  const told = pointed.of === edges ? pointed : nothing; // of another drawing the numbers are of other things
  const tell = (to: Partial<Told>) => setPointed({ ...nothing, ...to, of: edges });
  const lines = useRef<SVGGElement>(null);
  const isTold = told.item >= 0 || told.edge >= 0;
  // What a finger has touched stays told until it touches something else.
  useEffect(() => {
    if (!isTold) return;
    const elsewhere = (event: PointerEvent) => {
      if (!drawing.current?.contains(event.target as Node)) tell(nothing);
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [isTold, edges]);
  const onPointerDown = (event: PointerEvent) => {
    const hit = (event.target as Element).closest("path, [data-item]");
    if (hit) return;
    const isLine = (element: Element) => element.parentElement === lines.current && element.tagName === "path";
    const line = event.pointerType === "mouse" ? null : elementNear(event.clientX, event.clientY, finger, isLine);
    tell({ edge: line ? [...lines.current!.children].indexOf(line) : -1 });
  };
  const colours = palette.value;
  const { ink, muted, rule, panel, accent, warn } = colours.colours;
  const gutter = width < 520 ? 0 : 12 + 6.4 * rows.reduce((most, name) => Math.max(most, [...name].length), 0);
  const titled = gutter === 0 ? 16 : 0; // rows are named above where there is no room beside
  const level = useMemo(() => edges.some((e) => items[e.a]!.row === items[e.b]!.row), [edges, items]);
  const ring = level && rows.length === 1 && items.length > 2 && items.length <= 80;
  const places = ring ? placeRing(items.length, width) : placeRows(items, rows.length, width, gutter, titled);
  const height = ring ? ringHeight(width) : rows.length * rowHeight - (rowHeight - boxHeight) + 10 + titled + (level ? arcRoom : 0);
  const edge = edges[told.edge];
  const item = items[told.item];
  const lit = (e: MapEdge) => told.edge < 0 ? told.item < 0 || e.a === told.item || e.b === told.item : edges[told.edge] === e;
  const fewFailed = useMemo(() => edges.filter((e) => e.down === e.links).length <= 12, [edges]); // else dashes say enough
  const thick = edges.length > 600 ? 0.7 : edges.length > 150 ? 1.2 : 2;
  return (
    <div ref={box}>
      <svg
        ref={drawing}
        class="layered"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label={label}
        onPointerDown={onPointerDown}
        onPointerLeave={(event) => event.pointerType === "mouse" && tell(nothing)}
      >
        <g fill="none" ref={lines}>
          {edges.map((e, i) => {
            const [from, to] = [places[e.a]!, places[e.b]!];
            const used = Math.max(Number.isNaN(e.forth) ? -1 : e.forth, Number.isNaN(e.back) ? -1 : e.back);
            const failed = e.down === e.links;
            const colour = failed ? warn : used < 0 ? muted : sequential(colours, 0.15 + 0.85 * Math.min(1, used));
            return (
              <path
                key={i}
                d={ring ? chord(from, to) : line(from, to, width)}
                stroke={colour}
                stroke-width={isTold && lit(e) ? thick + 1.2 : failed || e.degraded > 0 ? thick + 0.8 : thick}
                stroke-opacity={lit(e) ? 1 : 0.12}
                stroke-dasharray={failed ? "4 4" : undefined}
                onPointerEnter={() => tell({ edge: i })}
              />
            );
          })}
          {edges.map((e) => ((e.down > 0 && (fewFailed || e.down < e.links)) || e.degraded > 0 ? <Mark at={middle(places[e.a]!, places[e.b]!, ring, width)} failed={e.down > 0} colour={warn} paper={panel} /> : null))}
        </g>
        <g font-size="11" fill={muted} stroke={panel} stroke-width="3" paint-order="stroke">
          {(ring ? [] : rows).map((name, r) =>
            gutter > 0 ? (
              <text x={0} y={r * rowHeight + boxHeight / 2 + 9}>
                {name}
              </text>
            ) : (
              <text x={0} y={r * rowHeight + 11}>
                {name}
              </text>
            ),
          )}
        </g>
        <g font-size="11">
          {items.map((it, i) => {
            const p = places[i]!;
            const letters = Math.floor((p.width - 6) / 6.3);
            return (
              <g
                key={i}
                class={it.open ? "opens" : undefined}
                role={it.open ? "button" : "img"}
                tabindex={it.open || items.length <= 64 ? 0 : undefined}
                aria-label={it.words}
                data-item={it.name}
                onPointerEnter={() => tell({ item: i })}
                onFocus={() => tell({ item: i })}
                onBlur={() => setPointed((now) => (now.item === i ? { ...nothing, of: edges } : now))}
                onClick={it.open}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") return;
                  event.preventDefault();
                  it.open?.();
                }}
              >
                <rect
                  x={p.x - p.width / 2}
                  y={p.y}
                  width={p.width}
                  height={p.height}
                  rx={p.width > 12 ? 2 : 0}
                  fill={it.failed && p.width <= 24 ? warn : it.faint ? panel : told.item === i ? colours.colours.grid : p.width <= 24 ? muted : panel}
                  stroke={told.item === i ? accent : it.failed ? warn : it.faint ? rule : muted}
                  stroke-dasharray={it.failed ? "4 3" : undefined}
                />
                {letters >= 3 && p.height >= 14 && (
                  <text x={p.x} y={p.y + (it.note && letters >= 8 && p.height === boxHeight ? 15 : p.height / 2 + 4)} text-anchor="middle" fill={it.faint ? muted : ink}>
                    {cut([...it.name].length > letters ? it.short : it.name, letters)}
                  </text>
                )}
                {it.note && letters >= 8 && p.height === boxHeight && (
                  <text x={p.x} y={p.y + 28} text-anchor="middle" fill={muted} font-size="10">
                    {cut(it.note, Math.floor((p.width - 4) / 5.6))}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      </svg>
      <output class="heat-told" aria-live="polite">
        <bdi>{edge ? edgeWords(edge) : item ? item.words : hint}</bdi>
      </output>
    </div>
  );
}

function placeRows(items: readonly DrawItem[], rows: number, width: number, gutter: number, titled: number): Placed[] {
  const counts = new Array<number>(rows).fill(0);
  for (const it of items) counts[it.row]!++;
  const seen = new Array<number>(rows).fill(0);
  return items.map((it) => {
    const each = (width - gutter - 2) / counts[it.row]!;
    const x = gutter + 1 + (seen[it.row]!++ + 0.5) * each;
    const boxWidth = Math.max(1, Math.min(132, each - (each > 24 ? 10 : each > 4 ? 2 : 0)));
    return { x, y: it.row * rowHeight + 4 + titled, width: boxWidth, height: boxHeight };
  });
}

function ringHeight(width: number): number {
  return Math.round(Math.min(460, Math.max(300, width * 0.6)));
}

// Items that are all of one level stand in a ring, so that lines between them do not lie on each other.
function placeRing(count: number, width: number): Placed[] {
  const height = ringHeight(width);
  const boxWidth = Math.min(96, Math.max(12, (2.4 * width) / count - 6));
  const high = count > 40 ? 14 : 26;
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    const x = width / 2 + (width / 2 - boxWidth / 2 - 2) * Math.cos(angle);
    const y = height / 2 + (height / 2 - high / 2 - 2) * Math.sin(angle) - high / 2;
    return { x, y, width: boxWidth, height: high };
  });
}

function chord(a: Placed, b: Placed): string {
  return `M${a.x} ${a.y + a.height / 2}L${b.x} ${b.y + b.height / 2}`;
}

// From the lower edge of the upper box to the upper edge of the lower; within a row, an arc below, the deeper the longer.
function line(a: Placed, b: Placed, width: number): string {
  if (a.y === b.y) {
    const y = a.y + a.height;
    const depth = arcDepth(a, b, width);
    return `M${a.x} ${y}C${a.x} ${y + depth} ${b.x} ${y + depth} ${b.x} ${y}`;
  }
  const [top, low] = a.y < b.y ? [a, b] : [b, a];
  return `M${top.x} ${top.y + top.height}L${low.x} ${low.y}`;
}

function arcDepth(a: Placed, b: Placed, width: number): number {
  return 10 + ((arcRoom - 10) * 1.3 * Math.abs(a.x - b.x)) / width;
}

function middle(a: Placed, b: Placed, ring: boolean, width: number): { x: number; y: number } {
  if (ring) return { x: (a.x + b.x) / 2, y: (a.y + b.y + a.height) / 2 };
  if (a.y === b.y) return { x: (a.x + b.x) / 2, y: a.y + a.height + 0.75 * arcDepth(a, b, width) };
  const [top, low] = a.y < b.y ? [a, b] : [b, a];
  return { x: (top.x + low.x) / 2, y: (top.y + top.height + low.y) / 2 };
}

// A cross on what has failed, a bar on what is slower than built.
function Mark({ at, failed, colour, paper }: { at: { x: number; y: number }; failed: boolean; colour: string; paper: string }) {
  const { x, y } = at;
  return (
    <g pointer-events="none">
      <circle cx={x} cy={y} r="6" fill={paper} stroke={colour} />
      <path d={failed ? `M${x - 3} ${y - 3}l6 6m0 -6l-6 6` : `M${x - 3} ${y}h6`} stroke={colour} stroke-width="1.8" />
    </g>
  );
}
