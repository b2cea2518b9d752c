import { useMemo, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { fileName, saveFile } from "../figure/save";
import type { FigureTable } from "../figure/table";
import { count } from "../format/numbers";
import { shown } from "../format/names";
import { Words } from "../format/words";
import { said } from "../i18n/terms";
import { bySource, filtered, provenanceOf, type Provenance } from "../model/provenance";
import type { Figure as HardwareFigure, Recording } from "../schema";
import { identity } from "../state/identity";
import { provenanceText } from "./provenance.strings";
import "./provenance.css";
import type { View } from "./view";

export const provenance: View = {
  id: "provenance",
  text: () => provenanceText(),
  shows: (recordings) => recordings.length > 0,
  Body: ({ recordings }) => recordings.map((recording, index) => <Origin key={identity(recording)} recording={recording} number={recordings.length > 1 ? index + 1 : null} />),
};

function Origin({ recording, number }: { recording: Recording; number: number | null }) {
  const text = provenanceText();
  const from = useMemo(() => provenanceOf(recording), [recording]);
  return (
    <article class="origin">
      <h3>
        {number === null ? "" : `${number}. `}
        {shown(from.name)}
      </h3>
      <dl>
        <dt>{text.version}</dt>
        <dd>
          polyplane {shown(from.version)}, {shown(from.schema)}
        </dd>
        <dt>{text.command}</dt>
        <dd>{from.commandLine ? <code><Words text={shown(from.commandLine, 4000)} /></code> : <span class="note">{from.recordable ? text.unknownCommand : text.noCommand}</span>}</dd>
        {from.fingerprints.map((one) => (
          <>
            <dt>{text.fingerprint}</dt>
            <dd>
              <code data-fact="fingerprint">{shown(one.text)}</code> <span class="note">{one.of === "" ? text.fingerprintNote : shown(one.of, 80)}</span>
            </dd>
          </>
        ))}
        {from.clusters.map((cluster) => (
          <>
            <dt>{text.cluster}</dt>
            <dd>
              {text.clusterText(shown(cluster.name), count(cluster.endpoints), shown(cluster.routing), shown(cluster.stack))}
              {cluster.faults.length > 0 && `; ${text.faults}: ${cluster.faults.map((fault) => shown(fault)).join(", ")}`}
            </dd>
          </>
        ))}
        <dt>{text.reproduce}</dt>
        <dd>
          {from.commandLine === "" ? (from.recordable ? text.reproduceUnknown : text.reproduceAlone) : from.sources.length > 0 ? text.reproduceText : text.reproduceCommand}
          {from.commandLine !== "" && ` ${from.fingerprints.length > 0 ? text.compareFingerprint : text.compareFigures}`}
        </dd>
      </dl>
      {from.sources.map((source, index) => (
        <Source key={index} {...source} />
      ))}
      {from.figures.length > 0 ? <HardwareFigures figures={from.figures} /> : from.recordable && <p class="note">{text.noFigures}</p>}
      <Sentences title={text.assumed(from.assumed.length)} sentences={from.assumed} open />
      <Sentences title={text.leftOut} sentences={from.leftOut} open />
    </article>
  );
}

function Source({ role, name, text: content }: Provenance["sources"][number]) {
  const text = provenanceText();
  return (
    <details class="source">
      <summary>
        {shown(role, 40)}: <bdi>{shown(name)}</bdi>
      </summary>
      {content === "" ? (
        <p class="note">{text.noText}</p>
      ) : (
        <>
          <button type="button" onClick={() => saveFile(lastOf(name), "text/plain", content)}>
            {text.save(shown(name))}
          </button>
          <pre class="scroll" tabIndex={0} role="region" aria-label={shown(name)}>
            {content}
          </pre>
        </>
      )}
    </details>
  );
}

// The last part of a path.
function lastOf(path: string): string {
  const name = fileName(path.split("/").pop() ?? "");
  return name.includes(".") ? name : `${name}.textproto`;
}

function Sentences({ title, sentences, open }: { title: string; sentences: readonly string[]; open: boolean }) {
  if (sentences.length === 0) return null;
  return (
    <details open={open}>
      <summary>{title}</summary>
      <ul class="sentences">
        {sentences.map((sentence, index) => (
          <li key={index}>{shown(said(sentence), 2000)}</li>
        ))}
      </ul>
    </details>
  );
}

function HardwareFigures({ figures }: { figures: readonly HardwareFigure[] }) {
  const text = provenanceText();
  const [words, setWords] = useState("");
  const [decidesTime, setDecidesTime] = useState(true);
  const some = useMemo(() => filtered(figures, { words, decidesTime }), [figures, words, decidesTime]);
  return (
    <Figure
      name="hardware-figures"
      title={text.figures}
      table={tableOf(figures)}
      controls={
        <>
          <label class="filter">
            {text.filter} <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
          </label>
          <label class="filter">
            <input type="checkbox" checked={decidesTime} onChange={(event) => setDecidesTime(event.currentTarget.checked)} /> {text.decides}
          </label>
        </>
      }
    >
      <p class="note" aria-live="polite">
        {text.rows(count(some.length), count(figures.length))}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={text.figures}>
        <table class="hardware">
          <thead>
            <tr>
              {[text.field, text.value, text.range, text.basis].map((label) => (
                <th scope="col">{label}</th>
              ))}
            </tr>
          </thead>
          {bySource(some).map((group, index) => (
            <tbody key={index}>
              <tr class="of-part">
                <th scope="rowgroup" colSpan={4}>
                  <strong>{shown(group.part)}</strong> {shown(group.kind, 40)}
                  {group.assumed && `; ${text.assumedGroup}`}
                  {group.source && `; ${shown(group.source, 400)}`}
                  {group.asOf && `, ${shown(group.asOf, 40)}`}
                  {group.confidence && `; ${text.confidence}: ${confidence(group.confidence)}`}
                  {group.url && <div class="mono">{shown(group.url, 400)}</div>}
                </th>
              </tr>
              {group.figures.map((figure) => (
                <tr class={figure.assumed ? "figure-row is-assumed" : "figure-row"}>
                  <td class="mono">{shown(figure.field)}</td>
                  <td>{shown(figure.value)}</td>
                  <td>{figure.low || figure.high ? `${shown(figure.low)} … ${shown(figure.high)}` : ""}</td>
                  <td class="wide">{figure.assumed ? text.assumedNote(shown(figure.assumed, 400)) : shown(figure.basis, 400)}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </Figure>
  );
}

function confidence(stated: string): string {
  const text = provenanceText();
  switch (stated) {
    case "high":
      return text.high;
    case "medium":
      return text.medium;
    case "low":
      return text.low;
    default:
      return shown(stated);
  }
}

function tableOf(figures: readonly HardwareFigure[]): FigureTable {
  const text = provenanceText();
  return {
    columns: [
      { key: "kind", label: text.kind },
      { key: "part", label: text.part },
      { key: "field", label: text.field },
      { key: "value", label: text.value },
      { key: "low", label: text.range },
      { key: "high", label: text.range },
      { key: "source", label: text.source },
      { key: "url", label: text.url },
      { key: "as_of", label: text.asOf },
      { key: "confidence", label: text.confidence },
      { key: "basis", label: text.basis },
      { key: "assumed", label: text.assumedWhy },
      { key: "decides_time", label: text.decidesTime },
    ],
    rows: figures.map((figure) => [
      figure.kind,
      figure.part,
      figure.field,
      figure.value,
      figure.low,
      figure.high,
      figure.source,
      figure.url,
      figure.asOf,
      figure.confidence,
      figure.basis,
      figure.assumed,
      figure.decidesTime ? text.yes : text.no,
    ]),
  };
}
