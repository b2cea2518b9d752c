import { useId, useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../figure/figure";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { shown } from "../format/names";
import { count, percent, time } from "../format/numbers";
import { language } from "../i18n/language";
import { ACCELERATOR, type FabricGraph, type Load } from "../model/fabric_graph";
import { pathMap, type PathMap } from "../model/fabric_path_map";
import { shortestPaths, type Paths } from "../model/fabric_paths";
import { Layered, type DrawItem } from "./fabric_drawing";
import { fabricText } from "./fabric.strings";
import { edgeWords, lastPart } from "./fabric_words";
import { Scale } from "./stuck_scale";
import { className, deviceWords, planeName } from "./stuck_words";
import { classOf } from "../model/stuck_matrix";

interface PathProps {
  graph: FabricGraph;
  load: Load | undefined;
}

type Answer = { wrong: string } | { paths: Paths; map: PathMap };

// All shortest paths between two cards, named or numbered as ranks are, drawn when asked.
export function PathFigure({ graph, load }: PathProps) {
  const text = fabricText();
  const cards = useMemo(() => graph.accelerators(), [graph]);
  const nameOf = (card: number | undefined) => (card === undefined ? "" : graph.deviceName(card));
  const [from, setFrom] = useState(() => nameOf(cards[0]));
  const [to, setTo] = useState(() => nameOf(cards[cards.length - 1]));
  const [asked, setAsked] = useState<{ from: string; to: string } | null>(null);
  const drawing = useRef<SVGSVGElement>(null);
  const answer = useMemo(() => (asked ? answerOf(graph, load, cards, asked.from, asked.to) : null), [graph, load, cards, asked, language.value]);
  const found = answer && "paths" in answer ? answer : null;
  const items = useMemo(() => found?.map.items.map((it) => drawItem(graph, it)) ?? [], [graph, found]);
  const table = useMemo(() => tableOf(graph, load, found?.paths), [graph, load, found, language.value]);
  if (cards.length < 2) return null;
  return (
    <Figure
      name="path"
      title={text.pathTitle}
      caption={text.pathCaption(shown(graph.routing, 40))}
      table={table}
      picture={found ? () => pictureOfSvg(drawing.current!) : undefined}
    >
      <form
        class="picks"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ from, to });
        }}
      >
        <CardInput graph={graph} cards={cards} label={text.from} value={from} onInput={setFrom} />
        <CardInput graph={graph} cards={cards} label={text.toCard} value={to} onInput={setTo} />
        <button
          type="button"
          onClick={() => {
            setFrom(to);
            setTo(from);
            if (asked) setAsked({ from: to, to: from });
          }}
        >
          {text.swap}
        </button>
        <button type="submit">{text.draw}</button>
      </form>
      {answer && "wrong" in answer && <p role="alert">{answer.wrong}</p>}
      {found && (
        <>
          <p class="path-found">
            {text.paths(count(found.paths.count), found.paths.hops, latencyWords(found.map))}
            {found.paths.viaCards ? ` ${text.viaCards}` : ""}
          </p>
          <Layered
            label={text.pathTitle}
            rows={found.paths.layers.map((_, hop) => text.hop(hop))}
            items={items}
            edges={found.map.edges}
            edgeWords={(e) => edgeWords(items[e.a]!.name, items[e.b]!.name, e)}
            hint={text.pointAt}
            drawing={drawing}
          />
          {load && <Scale least={0} most={1} format={(value) => percent(value, 2)} down={false} />}
        </>
      )}
    </Figure>
  );
}

function latencyWords(map: PathMap): string {
  return map.least === map.most ? time(map.least) : fabricText().latencies(time(map.least), time(map.most));
}

// A name, or the number of a card; a few names that fit are offered.
function CardInput({ graph, cards, label, value, onInput }: { graph: FabricGraph; cards: Uint32Array; label: string; value: string; onInput: (value: string) => void }) {
  const id = useId();
  const [typing, setTyping] = useState(false); // until then nobody sees what is on offer
  const offers = useMemo(() => {
    const fitting: string[] = [];
    if (!typing) return fitting;
    for (let i = 0; i < cards.length && fitting.length < 12; i++) {
      const name = graph.deviceName(cards[i]!);
      if (name.includes(value) && name.length <= 200) fitting.push(name);
    }
    return fitting;
  }, [graph, cards, value, typing]);
  return (
    <label class="pick">
      <span>{label}</span>
      <input
        type="text"
        value={value}
        list={id}
        spellcheck={false}
        autocomplete="off"
        onFocus={() => setTyping(true)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id={id}>
        {offers.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

function cardOf(graph: FabricGraph, cards: Uint32Array, name: string): number {
  const device = graph.findDevice(name);
  if (device >= 0 && graph.devices.kind[device] === ACCELERATOR) return device;
  return /^\d{1,9}$/.test(name.trim()) ? (cards[Number(name)] ?? -1) : -1;
}

function answerOf(graph: FabricGraph, load: Load | undefined, cards: Uint32Array, from: string, to: string): Answer {
  const text = fabricText();
  const source = cardOf(graph, cards, from);
  const destination = cardOf(graph, cards, to);
  if (source < 0) return { wrong: text.unknown(shown(from, 80)) };
  if (destination < 0) return { wrong: text.unknown(shown(to, 80)) };
  if (source === destination) return { wrong: text.same };
  const paths = shortestPaths(graph, source, destination);
  return paths ? { paths, map: pathMap(graph, load, paths) } : { wrong: text.cut };
}

function drawItem(graph: FabricGraph, item: PathMap["items"][number]): DrawItem {
  const [first] = item.devices;
  const one = item.devices.length === 1;
  const what = className(classOf(graph, first!));
  const name = one ? deviceWords(graph, first!) : `${count(item.devices.length)} ${what}`;
  return {
    name,
    short: lastPart(name),
    note: item.plane >= 0 ? planeName(item.plane) : "",
    row: item.row,
    faint: false,
    failed: false,
    words: one ? name : `${name}, ${planeName(item.plane)}`,
  };
}

function tableOf(graph: FabricGraph, load: Load | undefined, paths: Paths | undefined): FigureTable {
  const text = fabricText();
  return {
    columns: [
      { key: "link", label: text.links },
      { key: "tier", label: text.tierName },
      { key: "rate_bps", label: text.rate },
      { key: "latency_ps", label: "latency_ps" },
      { key: "utilisation", label: text.utilisation },
    ],
    rows: (paths?.links ?? []).map((l) => [
      graph.linkName(l),
      graph.tierNames[graph.links.tier[l]!]!,
      graph.links.rate[l]!,
      graph.links.latency[l]!,
      load ? load.utilisation[l]! : null,
    ]),
  };
}
