import { useCallback, useMemo, useRef } from "preact/hooks";
import { Figure } from "../figure/figure";
import type { FigureTable } from "../figure/table";
import { percent, time, timeShort } from "../format/numbers";
import { language } from "../i18n/language";
import { fabricOf } from "../model/fabric_cache";
import type { RunRef } from "../model/fabric_runs";
import { resample, ticks, type Span } from "../model/time_heat";
import type { Series } from "../schema";
import { Heat, type HeatHandle } from "./stuck_heat";
import { lateTable } from "./stuck_table";
import { planeName, shortLink, tierWords } from "./stuck_words";
import { timeText } from "./time.strings";

const limits = { cellWidth: 12, cellHeight: 18, height: 640, fill: true };
const mostColumns = 400;

// Tiers, planes and the fullest links against time.
export function SeriesFigure({ run, series, span }: { run: RunRef; series: Series; span: Span }) {
  const text = timeText();
  const handle = useRef<HeatHandle>(null);
  const graph = fabricOf(run.recording, run.recording.runs[run.run]!.fabric);
  const { tracks, binPs } = series;
  const first = span.begin / binPs;
  const last = span.end / binPs;
  const columns = Math.max(1, Math.min(mostColumns, Math.ceil(last - first)));
  const values = useMemo(() => {
    const all = new Float64Array(tracks.length * columns);
    tracks.forEach((track, row) => all.set(resample(track.used, first, last, columns), row * columns));
    return all;
  }, [tracks, first, last, columns]);
  const names = useMemo(
    () =>
      tracks.map((track) => {
        if (!graph) return "";
        if (track.link >= 0) return shortLink(graph, track.link);
        return text.track(tierWords(graph, track.tier), track.plane < 0 ? "" : planeName(track.plane));
      }),
    [graph, tracks, language.value],
  );
  const nameOf = (row: number) => (tracks[row]!.link >= 0 ? text.alike(names[row]!, tracks[row]!.alike) : names[row]!);
  const width = (span.end - span.begin) / columns;
  const marks = useMemo(
    () => ticks(span, 6).map((at) => ({ at: (at - span.begin) / width, text: timeShort(at) })),
    [span, width],
  );
  const rowLabel = useCallback((row: number) => names[row]!, [names]);
  const columnLabel = useCallback(() => "", []);
  const table = useMemo((): FigureTable => {
    const of = (value: number) => (value < 0 ? null : value);
    const columns = [
      { key: "tier", label: text.tier },
      { key: "plane", label: text.plane },
      { key: "link", label: text.link },
      { key: "begin_ps", label: text.begin },
      { key: "utilisation", label: text.utilisation },
    ];
    return lateTable(columns, () =>
      tracks.flatMap((track) =>
        track.used.map((used, bin) => [
          graph?.tierNames[track.tier] ?? "",
          of(track.plane),
          track.link >= 0 && graph ? graph.linkName(track.link) : null,
          Math.round(bin * binPs),
          used,
        ]),
      ),
    );
  }, [graph, tracks, binPs, language.value]);
  return (
    <Figure name="links-over-time" title={text.heatTitle} caption={text.heatCaption} table={table} picture={() => handle.current!.picture()}>
      <Heat
        label={text.heatTitle}
        rows={tracks.length}
        columns={columns}
        values={values}
        least={0}
        most={1}
        rowLabel={rowLabel}
        columnLabel={columnLabel}
        ticks={marks}
        describe={(row, column) =>
          text.cell(
            nameOf(row),
            time(span.begin + column * width),
            time(span.begin + (column + 1) * width),
            percent(values[row * columns + column]!),
          )
        }
        format={(value) => percent(value, 2)}
        limits={limits}
        handle={handle}
      />
    </Figure>
  );
}
