import { useMemo, useState } from "preact/hooks";
import { Words } from "../format/words";
import { placeOfRun, runsOf, type RunRef } from "../model/fabric_runs";
import type { Span } from "../model/time_heat";
import type { Recording } from "../schema";
import { identity } from "../state/identity";
import { RunChoice } from "./fabric_run_choice";
import { timeText } from "./time.strings";
import { SeriesFigure } from "./time_series";
import { LanesFigure } from "./time_lanes_figure";
import { SpanControls } from "./time_span";
import "./time.css";
import type { View } from "./view";

const timed = (recordings: readonly Recording[]) =>
  runsOf(recordings, (run) => (run.series?.tracks.length ?? 0) > 0 || (run.lanes?.lanes.length ?? 0) > 0);

export const timeView: View = {
  id: "time",
  text: () => timeText(),
  shows: (recordings) => timed(recordings).length > 0,
  Body: ({ recordings }) => {
    const runs = useMemo(() => timed(recordings), [recordings]);
    const [chosen, setChosen] = useState<RunRef | null>(null);
    const index = placeOfRun(runs, chosen);
    return (
      <>
        {runs.length > 1 && (
          <div class="picks">
            <RunChoice runs={runs} chosen={index} onChoose={(to) => setChosen(runs[to]!)} />
          </div>
        )}
        <Run key={`${identity(runs[index]!.recording)} ${runs[index]!.run}`} run={runs[index]!} />
        <Perfetto />
      </>
    );
  },
};

function Run({ run }: { run: RunRef }) {
  const view = run.recording.runs[run.run]!;
  const { series, lanes } = view;
  const whole = useMemo(() => {
    const ends = lanes?.lanes.flatMap((lane) => lane.beginPs.map((begin, i) => begin + (lane.durationPs[i] ?? 0))) ?? [];
    return Math.max(view.makespanPs, series ? series.bins * series.binPs : 0, ends.reduce((a, b) => Math.max(a, b), 0), 1);
  }, [view]);
  const [span, setSpan] = useState<Span>({ begin: 0, end: whole });
  const shared = { whole, least: whole / 4096, span, onSpan: setSpan };
  return (
    <>
      <SpanControls {...shared} />
      {series && series.tracks.length > 0 && <SeriesFigure run={run} series={series} span={span} />}
      {lanes && lanes.lanes.length > 0 && <LanesFigure lanes={lanes} {...shared} />}
    </>
  );
}

// How to see more than this page holds. The address is text: nothing here loads it.
function Perfetto() {
  const text = timeText();
  return (
    <div class="figure">
      <h3>{text.perfettoTitle}</h3>
      <p>{text.perfetto}</p>
      <pre class="perfetto">
        <Words text={"polyplane perf all_reduce --cluster deepseek-v3-2048 -b 64M -e 64M --trace run.pftrace.gz --trace-links top:64\n"} />
        <Words text="polyplane run EXPERIMENT --trace run.pftrace.gz --trace-ranks 0-7 --trace-window 10us..20us" />
      </pre>
    </div>
  );
}
