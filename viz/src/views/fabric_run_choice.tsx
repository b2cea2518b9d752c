import { bytes, time } from "../format/numbers";
import { partsOf, type RunRef } from "../model/fabric_runs";
import { fabricText } from "./fabric.strings";

export function runLabel(ref: RunRef, several: boolean): string {
  const text = fabricText();
  const parts = partsOf(ref);
  const [first] = parts;
  const words: string[] = several ? [ref.recording.name] : [];
  const cluster = ref.recording.fabrics[ref.recording.runs[ref.run]?.fabric ?? -1]?.cluster;
  if (cluster && ref.recording.fabrics.length > 1) words.push(cluster);
  if (first) {
    words.push(first.name);
    if (first.sizeBytes > 0) words.push(bytes(first.sizeBytes));
    if (first.algorithm !== "") words.push(first.algorithm);
    if (first.ranks > 0) words.push(text.ranks(first.ranks));
  }
  if (parts.length > 1) words.push(text.andMore(parts.length - 1));
  const makespan = ref.recording.runs[ref.run]?.makespanPs ?? 0;
  if (makespan > 0) words.push(time(makespan));
  return words.join(" · ");
}

interface RunChoiceProps {
  runs: readonly RunRef[];
  chosen: number;
  onChoose: (index: number) => void;
}

// Which run a view is about, when there is more than one.
export function RunChoice({ runs, chosen, onChoose }: RunChoiceProps) {
  const several = new Set(runs.map((r) => r.recording)).size > 1;
  return (
    <label class="pick">
      <span>{fabricText().run}</span>
      <select value={String(chosen)} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {runs.map((ref, i) => (
          <option key={i} value={String(i)}>
            {runLabel(ref, several)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface PickProps {
  label: string;
  value: number;
  options: readonly (readonly [number, string])[];
  onChoose: (value: number) => void;
}

// One of many, by number.
export function Pick({ label, value, options, onChoose }: PickProps) {
  return (
    <label class="pick">
      <span>{label}</span>
      <select value={String(value)} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {options.map(([option, name]) => (
          <option key={option} value={String(option)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
