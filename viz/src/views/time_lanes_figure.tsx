import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isOfBrowser } from "../chart/keys";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { seriesColour, type Palette } from "../figure/palette";
import { pictureOfSvg, type LegendEntry } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { shown } from "../format/names";
import { said } from "../i18n/terms";
import { time } from "../format/numbers";
import { language } from "../i18n/language";
import { shift, zoom, type Span } from "../model/time_heat";
import { actorsOf, intervalAt, isEmpty, isIn, laneRows, type LaneRow } from "../model/time_lanes";
import { Lanes_Kind, type Lanes, type Lanes_Lane } from "../schema";
import { palette } from "../state/theme";
import { lateTable } from "./stuck_table";
import { timeText } from "./time.strings";
import { Axis, Frame, Names, paint, placeRows, rowHeight, top } from "./time_lanes_drawing";
import type { SpanProps } from "./time_span";

const firstShown = 6; // actors

// Lanes of the chosen actors on a canvas.
export function LanesFigure({ lanes, whole, least, span, onSpan }: { lanes: Lanes } & SpanProps) {
  const text = timeText();
  const actors = useMemo(() => actorsOf(lanes), [lanes]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(actors.slice(0, firstShown)));
  const [box, width] = useWidth<HTMLDivElement>(800);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const drag = useRef<{ x: number; span: Span } | null>(null);
  const [cursor, setCursor] = useState<{ row: number; interval: number } | null>(null);
  const rows = useMemo(() => laneRows(lanes, chosen), [lanes, chosen]);
  const places = useMemo(() => placeRows(lanes, rows), [lanes, rows]);
  const colours = useMemo(() => coloursOf(lanes, palette.value), [lanes, palette.value]);
  const left = Math.min(150, width / 3);
  const plot = Math.max(60, width - left);
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, lanes, rows, places, colours, span, plot);
  }, [lanes, rows, places, colours, span, plot]);

  const hit = (event: PointerEvent): { row: number; interval: number } | null => {
    const bounds = box.current!.getBoundingClientRect();
    const y = event.clientY - bounds.top - top;
    const row = places.ys.findIndex((at) => y >= at && y < at + rowHeight);
    if (row < 0) return null;
    const at = span.begin + ((event.clientX - bounds.left - left) / plot) * (span.end - span.begin);
    const interval = intervalAt(lanes.lanes[rows[row]!.lane]!, rows[row]!, at);
    return interval < 0 ? null : { row, interval };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step || isOfBrowser(event) || rows.length === 0) return;
    event.preventDefault();
    const to = walk(lanes, rows, span, cursor, step[0]!, step[1]!);
    setCursor(to);
    const of = to && lanes.lanes[rows[to.row]!.lane]!;
    if (of && !isIn(of, to.interval, span)) onSpan(shift(span, of.beginPs[to.interval]! - (span.begin + span.end) / 2, whole));
  };
  const empty = useMemo(() => rows.length > 0 && isEmpty(lanes, rows, span), [lanes, rows, span]);
  const lane = cursor && rows[cursor.row] ? lanes.lanes[rows[cursor.row]!.lane]! : null;
  const table = useMemo(() => tableOf(lanes, chosen), [lanes, chosen, language.value]);
  const legend = legendOf(lanes, colours);
  return (
    <Figure
      name="lanes"
      title={text.lanesTitle}
      caption={text.lanesCaption}
      table={table}
      legend={legend}
      picture={() => ({
        ...pictureOfSvg(overlay.current!),
        markup:
          `<image x="${left}" y="${top}" width="${plot}" height="${places.height}" href="${canvas.current!.toDataURL("image/png")}"/>` +
          pictureOfSvg(overlay.current!).markup,
      })}
    >
      <fieldset class="actors">
        <legend>{text.actors}</legend>
        {actors.map((actor) => (
          <label key={actor} class="pick">
            <input
              type="checkbox"
              checked={chosen.has(actor)}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(actor)) next.add(actor);
                setChosen(next);
                setCursor(null);
              }}
            />
            <bdi>{shown(actor, 40)}</bdi>
          </label>
        ))}
      </fieldset>
      {lanes.actors > actors.length && <p class="note">{text.actorsOf(actors.length, lanes.actors)}</p>}
      <ul class="legend" aria-label={text.label}>
        {legend.map((entry) => (
          <li key={entry.label} class="lane-key">
            <svg width="11" height="11" aria-hidden="true">
              <rect width="11" height="11" fill={entry.colour} />
            </svg>
            <bdi>{entry.label}</bdi>
          </li>
        ))}
      </ul>
      <div ref={box}>
        {rows.length === 0 ? (
          <p class="note">{text.noneChosen}</p>
        ) : (
          <div
            class="lanes-box"
            role="application"
            aria-label={text.lanesTitle}
            tabIndex={0}
            style={{ height: `${top + places.height}px` }}
            onKeyDown={onKeyDown}
            onWheel={(event) => {
              if (!event.ctrlKey) return;
              event.preventDefault();
              const share = (event.clientX - box.current!.getBoundingClientRect().left - left) / plot;
              onSpan(zoom(span, span.begin + share * (span.end - span.begin), event.deltaY > 0 ? 1.25 : 0.8, whole, least));
            }}
            onPointerDown={(event) => {
              drag.current = { x: event.clientX, span };
              setCursor(hit(event));
            }}
            onPointerMove={(event) => {
              const from = drag.current;
              if (from && event.buttons > 0) onSpan(shift(from.span, ((from.x - event.clientX) / plot) * (from.span.end - from.span.begin), whole));
              else setCursor(hit(event));
            }}
            onPointerUp={() => (drag.current = null)}
            onPointerLeave={(event) => {
              drag.current = null;
              if (event.pointerType === "mouse") setCursor(null);
            }}
          >
            <canvas ref={canvas} aria-hidden="true" style={{ left: `${left}px`, top: `${top}px`, width: `${plot}px`, height: `${places.height}px` }} />
            <svg ref={overlay} width={width} height={top + places.height} viewBox={`0 0 ${width} ${top + places.height}`} aria-hidden="true">
              <Axis span={span} left={left} plot={plot} height={places.height} />
              <Names lanes={lanes} rows={rows} places={places} whole={whole} left={left} />
              {cursor && lane && <Frame lane={lane} cursor={cursor} y={places.ys[cursor.row]!} span={span} left={left} plot={plot} />}
            </svg>
          </div>
        )}
      </div>
      <output class="heat-told" aria-live="polite">
        <bdi>{cursor && lane ? words(lanes, lane, cursor.interval) : empty ? text.nothingIn(time(span.begin, 6), time(span.end, 6)) : text.pointAt}</bdi>
      </output>
    </Figure>
  );
}

/** Compute in greys, communication in colours, by label in order of first use. */
function coloursOf(lanes: Lanes, colours: Palette): string[] {
  const compute: string[] = [];
  const moving: string[] = [];
  return lanes.whats.map((what) => {
    const labels = what.kind === Lanes_Kind.compute ? compute : moving;
    if (!labels.includes(what.label)) labels.push(what.label);
    const index = labels.indexOf(what.label);
    return what.kind === Lanes_Kind.compute ? colours.neutral[index % colours.neutral.length]! : seriesColour(colours, index);
  });
}

function legendOf(lanes: Lanes, colours: readonly string[]): LegendEntry[] {
  const entries = new Map<string, LegendEntry>();
  lanes.whats.forEach((what, i) => {
    const label = shown(said(what.label), 60) || kindName(what.kind);
    if (!entries.has(label)) entries.set(label, { label, colour: colours[i]! });
  });
  return [...entries.values()];
}

function kindName(kind: Lanes_Kind): string {
  const text = timeText();
  return { [Lanes_Kind.compute]: text.compute, [Lanes_Kind.send]: text.send, [Lanes_Kind.receive]: text.receive, [Lanes_Kind.collective]: text.collective }[kind] ?? "";
}

function words(lanes: Lanes, lane: Lanes_Lane, interval: number): string {
  const text = timeText();
  const what = lanes.whats[lane.what[interval]!];
  const begin = lane.beginPs[interval]!;
  const length = lane.durationPs[interval]!;
  const title = what ? [shown(what.name, 80), shown(said(what.label), 60), kindName(what.kind)].filter((w) => w !== "") : [];
  return text.interval(`${shown(lane.actor, 60)}, ${shown(lane.stream, 40)}`, title.join(" · "), time(begin, 6), time(begin + length, 6), time(length));
}

/** Of intervals the one that begins nearest to a time. */
function nearest(lane: Lanes_Lane, intervals: readonly number[], time: number): number {
  return intervals.reduce((best, i) => (Math.abs(lane.beginPs[i]! - time) < Math.abs(lane.beginPs[best]! - time) ? i : best));
}

/** The next interval of the row, or the row above or below at about the same time. */
function walk(lanes: Lanes, rows: readonly LaneRow[], span: Span, from: { row: number; interval: number } | null, byRow: number, byInterval: number): { row: number; interval: number } | null {
  if (!from || !rows[from.row]) {
    const row = rows.findIndex((r) => r.intervals.length > 0);
    if (row < 0) return null;
    const lane = lanes.lanes[rows[row]!.lane]!;
    const list = rows[row]!.intervals;
    return { row, interval: list.find((i) => isIn(lane, i, span)) ?? nearest(lane, list, (span.begin + span.end) / 2) };
  }
  if (byRow === 0) {
    const list = rows[from.row]!.intervals;
    const at = Math.min(list.length - 1, Math.max(0, list.indexOf(from.interval) + byInterval));
    return { row: from.row, interval: list[at]! };
  }
  const begin = lanes.lanes[rows[from.row]!.lane]!.beginPs[from.interval]!;
  for (let row = from.row + byRow; rows[row]; row += byRow) {
    const lane = lanes.lanes[rows[row]!.lane]!;
    const list = rows[row]!.intervals;
    if (list.length === 0) continue;
    return { row, interval: nearest(lane, list, begin) };
  }
  return from;
}

function tableOf(lanes: Lanes, chosen: ReadonlySet<string>): FigureTable {
  const text = timeText();
  const columns = [
    { key: "actor", label: text.actor },
    { key: "stream", label: text.stream },
    { key: "kind", label: text.kind },
    { key: "label", label: text.label },
    { key: "name", label: text.name },
    { key: "begin_ps", label: text.begin },
    { key: "duration_ps", label: text.duration },
  ];
  const row = (lane: Lanes_Lane, begin: number, i: number) => {
    const what = lanes.whats[lane.what[i]!];
    return [lane.actor, lane.stream, what ? kindName(what.kind) : "", what?.label ?? "", what?.name ?? "", begin, lane.durationPs[i]!];
  };
  return lateTable(columns, () =>
    lanes.lanes.flatMap((lane) => (chosen.has(lane.actor) ? lane.beginPs.map((begin, i) => row(lane, begin, i)) : [])),
  );
}
