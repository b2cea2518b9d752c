import { useMemo, useRef, useState } from "preact/hooks";
import { Stacked, StackSwatch, colourOf, type StackBar, type StackSegment } from "../chart/stacked";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { bytes, count } from "../format/numbers";
import { shown } from "../format/names";
import { language } from "../i18n/language";
import { said } from "../i18n/terms";
import { barSets, ownersOf, type Bar, type BarSet, type Part, type Segment } from "../model/bars";
import { Choice } from "../shell/choice";
import { identity } from "../state/identity";
import { palette } from "../state/theme";
import { barsText } from "./bars.strings";
import type { View } from "./view";

export const bars: View = {
  id: "where-time-goes",
  text: () => barsText(),
  shows: (recordings) => barSets(recordings).length > 0,
  Body: ({ recordings }) => {
    const sets = useMemo(() => barSets(recordings), [recordings]);
    const several = recordings.length > 1;
    return sets.map((set) => <Bars key={`${identity(recordings[set.fromRecording]!)} ${set.key}`} set={set} several={several} />);
  },
};

function Bars({ set, several }: { set: BarSet; several: boolean }) {
  const text = barsText();
  const [share, setShare] = useState(set.subject.collective !== undefined);
  const svg = useRef<SVGSVGElement>(null);
  const [around, width] = useWidth<HTMLDivElement>(800);
  const drawn = useMemo(() => set.bars.map((bar) => barOf(set, bar)), [set, language.value]);
  const legend = legendOf(drawn);
  const { collective, step, program, cluster, ranks, recording } = set.subject;
  const number = count(ranks);
  const title =
    collective !== undefined
      ? text.collective(shown(collective, 60), number, shown(cluster))
      : step !== undefined
        ? text.step(shown(step), number, shown(cluster))
        : text.program(shown(program ?? ""), number, shown(cluster));
  const labelWidth = Math.min(230, Math.max(112, width * 0.24));
  return (
    <Figure
      name={`time-${set.id}`}
      title={title}
      caption={[...(several ? [text.from(shown(recording))] : []), ...(set.left > 0 ? [text.left(set.left)] : [])].join("; ") || undefined}
      table={tableOf(set, drawn)}
      picture={() => (svg.current ? pictureOfSvg(svg.current) : { width: 0, height: 0, markup: "" })}
      legend={legend.map((segment) => ({ label: segment.label, colour: colourOf(palette.value, segment.hue), fill: segment.fill }))}
      controls={
        <Choice<"share" | "time">
          label={text.scale}
          value={share ? "share" : "time"}
          options={[
            ["share", text.share],
            ["time", text.time],
          ]}
          onChoose={(kind) => setShare(kind === "share")}
        />
      }
    >
      <ul class="legend" aria-label={text.legend}>
        {legend.map((segment) => (
          <li key={segment.key} class="legend-entry">
            <StackSwatch segment={segment} palette={palette.value} />
            <bdi>{segment.label}</bdi>
          </li>
        ))}
      </ul>
      <div ref={around}>
        <Stacked label={title} bars={drawn} share={share} palette={palette.value} width={width} labelWidth={labelWidth} svg={svg} />
      </div>
    </Figure>
  );
}

const fills: Record<Part, StackSegment["fill"]> = {
  launch: "solid",
  software: "solid",
  waiting: "outline",
  latency: "tint",
  serialisation: "solid",
  contention: "hatch",
  overlap: "hatch",
  busy: "solid",
  compute: "solid",
  communication: "solid",
  moving: "solid",
  notSent: "hatch",
  idle: "outline",
};

const greys: Partial<Record<Part, StackSegment["hue"]>> = {
  launch: "dark",
  software: "middle",
  waiting: "middle",
  overlap: "dark",
  busy: "pale",
  idle: "middle",
};

function barOf(set: BarSet, bar: Bar): StackBar {
  const text = barsText();
  const owners = ownersOf(set);
  const label = (segment: Segment) => {
    const part = text[segment.part];
    return segment.owner === "" ? part : `${shown(said(segment.owner), 40)}: ${part}`;
  };
  const { sizeBytes, algorithm, job, what } = bar.name;
  return {
    label: sizeBytes !== undefined ? bytes(sizeBytes) : what !== undefined ? text[what] : "",
    note: [job, algorithm].flatMap((word) => (word ? [shown(word, 40)] : [])).join(" "),
    totalPs: bar.totalPs,
    segments: bar.segments.map((segment) => ({
      key: `${segment.part} ${segment.owner}`,
      label: label(segment),
      hue: hueOf(segment, owners),
      fill: segment.part === "compute" ? computeFill(segment, owners) : fills[segment.part],
      ps: segment.ps,
    })),
  };
}

function hueOf(segment: Segment, owners: ReturnType<typeof ownersOf>): StackSegment["hue"] {
  if (segment.owner === "") return greys[segment.part] ?? "middle";
  const index = owners.communication.indexOf(segment.owner);
  if (index >= 0) return index;
  return shades[owners.compute.indexOf(segment.owner) % shades.length] ?? "dark";
}

// Labels of compute are greys, told apart from all compute of a mean card (pale) and from each other.
const shades = ["middle", "dark"] as const;
const computeFills = ["solid", "hatch", "outline"] as const;

function computeFill(segment: Segment, owners: ReturnType<typeof ownersOf>): StackSegment["fill"] {
  return computeFills[Math.floor(owners.compute.indexOf(segment.owner) / shades.length) % computeFills.length] ?? "solid";
}

function legendOf(drawn: readonly StackBar[]): StackSegment[] {
  const entries = new Map<string, StackSegment>();
  for (const bar of drawn) for (const segment of bar.segments) if (!entries.has(segment.key)) entries.set(segment.key, segment);
  return [...entries.values()];
}

function tableOf(set: BarSet, drawn: readonly StackBar[]): FigureTable {
  const text = barsText();
  return {
    columns: [
      { key: "bar", label: text.bar },
      { key: "part", label: text.part },
      { key: "owner", label: text.owner },
      { key: "time_ps", label: text.timePs },
      { key: "share", label: text.ofTotal },
    ],
    rows: set.bars.flatMap((bar, index) => {
      const name = [drawn[index]?.label, drawn[index]?.note].filter((word) => word).join(" ");
      return bar.segments.map((segment) => [name, text[segment.part], segment.owner, segment.ps, segment.ps / bar.totalPs]);
    }),
  };
}
