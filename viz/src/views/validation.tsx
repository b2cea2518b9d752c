import { useMemo, useRef, useState } from "preact/hooks";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { seriesColour } from "../figure/palette";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { shown } from "../format/names";
import { bytes, count, significant, time } from "../format/numbers";
import { language } from "../i18n/language";
import { ofCards } from "../i18n/strings";
import { factorOf, type Validation } from "../model/validation";
import { palette } from "../state/theme";
import { validationText } from "./validation.strings";
import { mark, ValidationPlot } from "./validation_plot";

// Measured times of public systems against the same simulated.
export function ValidationFigures({ one }: { one: Validation }) {
  return (
    <>
      <Scatter one={one} />
      <Systems one={one} />
    </>
  );
}

function Scatter({ one }: { one: Validation }) {
  const text = validationText();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [told, setTold] = useState(-1);
  const [box, width] = useWidth<HTMLDivElement>(800);
  const drawing = useRef<SVGSVGElement>(null);
  const table = useMemo(() => pointsTable(one), [one, language.value]);
  const toggle = (system: number) => {
    const next = new Set(hidden);
    if (!next.delete(system)) next.add(system);
    setHidden(next);
    setTold(-1);
  };
  const words = (i: number): string => {
    const { system, row } = one.points[i]!;
    const cards = language.value === "zh" ? `${count(row.ranks)} 卡` : ofCards(count(row.ranks));
    const factor = significant(row.simulatedUs / row.measuredUs, 3);
    const how = [row.algorithm, row.protocol].filter((word) => word !== "").map((word) => shown(word, 40));
    return text.point(shown(one.systems[system]!.system, 60), shown(row.collective, 40), bytes(row.sizeBytes), cards, time(row.measuredUs * 1e6), time(row.simulatedUs * 1e6), factor, how.join(" ") || "–");
  };
  const title = text.title(shown(one.report.model, 40));
  const entries = one.systems.map(({ system, part }, i) => ({ label: shown(system, 60), colour: seriesColour(palette.value, i), fitted: part === "fit" }));
  return (
    <Figure
      name="measured-simulated"
      title={title}
      caption={text.caption(count(one.within2), count(one.points.length))}
      table={table}
      picture={() => pictureOfSvg(drawing.current!)}
      legend={entries.filter((_, i) => !hidden.has(i)).map(({ label, colour }) => ({ label, colour, circle: true }))}
    >
      <ul class="legend">
        {entries.map(({ label, colour, fitted }, i) => (
          <li key={i}>
            <button type="button" aria-pressed={!hidden.has(i)} onClick={() => toggle(i)}>
              <svg width="11" height="11" aria-hidden="true">
                <path d={mark(i, 5.5, 5.5, 4)} fill={fitted ? colour : "none"} stroke={colour} stroke-width="1.5" />
              </svg>
              <bdi>{label}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <div ref={box}>
        <ValidationPlot one={one} hidden={hidden} width={width} told={told} onTold={setTold} label={title} words={words} drawing={drawing} />
      </div>
      <p class="note" role="status">
        {told < 0 ? text.pointAt : words(told)}
      </p>
    </Figure>
  );
}

function times(logError: Parameters<typeof factorOf>[0]): string {
  const factor = factorOf(logError);
  return factor === null ? "–" : `${significant(factor, 3)}×`;
}

function Systems({ one }: { one: Validation }) {
  const text = validationText();
  const table = useMemo(() => systemsTable(one), [one, language.value]);
  const { total } = one.report;
  return (
    <Figure name="validated-systems" title={text.table} caption={text.tableCaption} table={table}>
      <div class="scroll" tabIndex={0} role="region" aria-label={text.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.system}</th>
              <th scope="col">{text.part}</th>
              {[text.records, text.small, text.medium, text.large, text.bias, text.worst].map((label) => (
                <th scope="col" class="number">
                  {label}
                </th>
              ))}
              {[text.cluster, text.stack, text.source].map((label) => (
                <th scope="col">{label}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {one.systems.map((system) => (
              <tr>
                <td>
                  <bdi>{shown(system.system, 60)}</bdi>
                </td>
                <td>{system.part === "fit" ? text.fit : text.test}</td>
                <td class="number">{count(system.records)}</td>
                <td class="number">{times(system.medianAbsLogError?.small)}</td>
                <td class="number">{times(system.medianAbsLogError?.medium)}</td>
                <td class="number">{times(system.medianAbsLogError?.large)}</td>
                <td class="number">{times(system.bias)}</td>
                <td class="number">{times(system.worst)}</td>
                {[system.cluster, system.stack, system.source].map((word) => (
                  <td>
                    <bdi>{shown(word, 90)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
            {total && (
              <tr>
                <td colSpan={2}>{text.total(count(total.fitSystems), count(total.testSystems))}</td>
                <td class="number">{count(total.records)}</td>
                <td class="number">{times(total.medianAbsLogError?.small)}</td>
                <td class="number">{times(total.medianAbsLogError?.medium)}</td>
                <td class="number">{times(total.medianAbsLogError?.large)}</td>
                <td class="number">{times(total.bias)}</td>
                <td class="number">{times(total.worst)}</td>
                <td colSpan={3} />
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}

function pointsTable(one: Validation): FigureTable {
  const text = validationText();
  return {
    columns: [
      { key: "system", label: text.system },
      { key: "part", label: text.part },
      { key: "collective", label: text.collective },
      { key: "ranks", label: text.ranks },
      { key: "size_bytes", label: `${text.size}, B` },
      { key: "measured_us", label: `${text.measured}, µs` },
      { key: "simulated_us", label: `${text.simulated}, µs` },
      { key: "log_error", label: text.logError },
      { key: "algorithm", label: text.algorithm },
      { key: "protocol", label: text.protocol },
    ],
    rows: one.points.map(({ system, row }) => [
      one.systems[system]!.system,
      one.systems[system]!.part,
      row.collective,
      row.ranks,
      row.sizeBytes,
      row.measuredUs,
      row.simulatedUs,
      row.logError,
      row.algorithm,
      row.protocol,
    ]),
  };
}

// Unrounded, as the document states them.
function systemsTable(one: Validation): FigureTable {
  const text = validationText();
  const log = (value: Parameters<typeof factorOf>[0]) => (typeof value === "number" ? value : value?.kind.case === "numberValue" ? value.kind.value : null);
  return {
    columns: [
      { key: "system", label: text.system },
      { key: "part", label: text.part },
      { key: "records", label: text.records },
      { key: "median_abs_log_error_small", label: `|ln|, ${text.small}` },
      { key: "median_abs_log_error_medium", label: `|ln|, ${text.medium}` },
      { key: "median_abs_log_error_large", label: `|ln|, ${text.large}` },
      { key: "bias", label: `ln, ${text.bias}` },
      { key: "worst", label: `ln, ${text.worst}` },
      { key: "cluster", label: text.cluster },
      { key: "stack", label: text.stack },
      { key: "source", label: text.source },
    ],
    rows: one.systems.map((s) => [
      s.system,
      s.part,
      s.records,
      log(s.medianAbsLogError?.small),
      log(s.medianAbsLogError?.medium),
      log(s.medianAbsLogError?.large),
      s.bias,
      s.worst,
      s.cluster,
      s.stack,
      s.source,
    ]),
  };
}
