import { useMemo, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { sequential } from "../figure/palette";
import type { FigureTable } from "../figure/table";
import { bitRate, bytes, count, percent, time } from "../format/numbers";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { topLinks, type LinkRow } from "../model/stuck_links";
import { Choice } from "../shell/choice";
import { palette } from "../state/theme";
import { stuckText } from "./stuck.strings";
import { linkWords, tierWords } from "./stuck_words";

const shown = 20;
type Key = "link" | "tier" | "plane" | "alike" | "utilisation" | "bytes" | "rate" | "latency";

// The fullest links as a table that sorts.
export function TopLinks({ graph, load }: { graph: FabricGraph; load: Load }) {
  const text = stuckText();
  const [together, setTogether] = useState(true);
  const [sort, setSort] = useState<{ key: Key; descending: boolean }>({ key: "utilisation", descending: true });
  const rows = useMemo(() => topLinks(graph, load, shown, together), [graph, load, together]);
  const sorted = useMemo(() => sortLinks(graph, rows, sort.key, sort.descending), [graph, rows, sort]);
  const colours = palette.value;
  const heads: [Key, string][] = [
    ["link", text.link],
    ["tier", text.tier],
    ["plane", text.plane],
    ["alike", text.alike],
    ["utilisation", text.utilisation],
    ["bytes", text.bytes],
    ["rate", text.rate],
    ["latency", text.latency],
  ];
  const table: FigureTable = {
    columns: [
      { key: "link", label: text.link },
      { key: "tier", label: text.tier },
      { key: "plane", label: text.plane },
      { key: "alike", label: text.alike },
      { key: "utilisation", label: text.utilisation },
      { key: "bytes", label: text.bytes },
      { key: "rate_bps", label: text.rate },
      { key: "latency_ps", label: text.latency },
    ],
    rows: sorted.map((r) => [
      graph.linkName(r.link),
      graph.tierNames[r.tier]!,
      r.plane === r.lastPlane ? (r.plane < 0 ? null : r.plane) : planeWords(r),
      r.alike,
      r.utilisation,
      r.bytes,
      r.rate,
      r.latency,
    ]),
  };
  return (
    <Figure
      name="top-links"
      title={text.topTitle}
      caption={text.topCaption}
      table={table}
      controls={
        <Choice<"together" | "single">
          label={text.grouping}
          value={together ? "together" : "single"}
          options={[
            ["together", text.together],
            ["single", text.single],
          ]}
          onChoose={(to) => setTogether(to === "together")}
        />
      }
    >
      <div class="scroll" tabIndex={0} role="region" aria-label={text.topTitle}>
        <table class="sortable">
          <thead>
            <tr>
              {heads.map(([key, name]) => (
                <th
                  key={key}
                  scope="col"
                  class={key === "link" || key === "tier" ? undefined : "number"}
                  aria-sort={sort.key === key ? (sort.descending ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    onClick={() => setSort({ key, descending: sort.key === key ? !sort.descending : key !== "link" && key !== "tier" })}
                  >
                    {name}
                    {sort.key === key ? (sort.descending ? " ↓" : " ↑") : ""}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((r) => (
              <tr key={r.link}>
                <td class="name">
                  <bdi>{linkWords(graph, r.link)}</bdi>
                </td>
                <td>
                  <bdi>{tierWords(graph, r.tier)}</bdi>
                </td>
                <td class="number">{planeWords(r)}</td>
                <td class="number">{count(r.alike)}</td>
                <td class="number">
                  <span class="bar" aria-hidden="true">
                    <span style={{ width: `${Math.min(1, r.utilisation) * 100}%`, background: sequential(colours, 0.25 + 0.75 * r.utilisation) }} />
                  </span>
                  <span class="share">{percent(r.utilisation)}</span>
                </td>
                <td class="number">{bytes(r.bytes)}</td>
                <td class="number">{bitRate(r.rate)}</td>
                <td class="number">{time(r.latency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}

// "3", or "0–7" of links that are one row.
function planeWords({ plane, lastPlane }: LinkRow): string {
  const of = (number: number) => (number < 0 ? "–" : String(number));
  return plane === lastPlane ? of(plane) : `${of(plane)}–${lastPlane}`;
}

function sortLinks(graph: FabricGraph, rows: readonly LinkRow[], key: Key, descending: boolean): LinkRow[] {
  const sign = descending ? -1 : 1;
  const of = (row: LinkRow): string | number =>
    key === "link" ? graph.linkName(row.link) : key === "tier" ? graph.tierNames[row.tier]! : row[key];
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    return sign * (x < y ? -1 : x > y ? 1 : 0) || a.link - b.link;
  });
}
