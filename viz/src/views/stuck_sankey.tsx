import { useMemo, useRef, useState } from "preact/hooks";
import { useWidth } from "../chart/use_width";
import { Figure } from "../figure/figure";
import { sequential } from "../figure/palette";
import { pictureOfSvg } from "../figure/picture";
import type { FigureTable } from "../figure/table";
import { bytes, percent } from "../format/numbers";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { cut } from "../model/stuck_heat";
import { band, layOut, sankeyOf, type Sankey, type SankeyFlow, type SankeyNode } from "../model/stuck_sankey";
import { palette } from "../state/theme";
import { stuckText } from "./stuck.strings";
import { Scale } from "./stuck_scale";
import { planeName, switchTier, tierWords } from "./stuck_words";

const boxWidth = 12;

// Bytes by tier and plane, as bands from the cards that send to the cards that receive.
export function SankeyFigure({ graph, load }: { graph: FabricGraph; load: Load }) {
  const text = stuckText();
  const [box, width] = useWidth<HTMLDivElement>(800);
  const drawing = useRef<SVGSVGElement>(null);
  const [lit, setLit] = useState(-1);
  const flowGraph = useMemo(() => sankeyOf(graph, load), [graph, load]);
  const planes = new Set(flowGraph.nodes.map((n) => n.plane)).size;
  const height = Math.max(220, Math.min(520, 60 + planes * 44));
  const sankey = useMemo(() => {
    layOut(flowGraph, Math.max(280, width) - 2, height, boxWidth, 6);
    return { ...flowGraph };
  }, [flowGraph, width, height]);
  const name = (i: number) => nodeName(graph, sankey, sankey.nodes[i]!);
  const words = (f: SankeyFlow) =>
    f.links === 0 ? text.turn(name(f.from), bytes(f.bytes)) : text.flow(name(f.from), name(f.to), bytes(f.bytes), percent(f.utilisation));
  const table: FigureTable = {
    columns: [
      { key: "from", label: text.sends },
      { key: "to", label: text.receives },
      { key: "bytes", label: text.bytes },
      { key: "links", label: text.link },
      { key: "utilisation", label: text.utilisation },
    ],
    rows: sankey.flows.map((f) => [name(f.from), name(f.to), f.bytes, f.links, Number.isNaN(f.utilisation) ? null : f.utilisation]),
  };
  const colours = palette.value;
  const told = sankey.flows[lit];
  return (
    <Figure name="bytes-by-tier" title={text.sankeyTitle} caption={text.sankeyCaption} table={table} picture={() => pictureOfSvg(drawing.current!)}>
      <div ref={box}>
        <svg
          ref={drawing}
          class="sankey"
          viewBox={`0 0 ${Math.max(280, width)} ${height + 24}`}
          width={Math.max(280, width)}
          height={height + 24}
          role="group"
          aria-label={text.sankeyTitle}
          onPointerLeave={(event) => event.pointerType === "mouse" && setLit(-1)}
        >
          <g transform="translate(1 20)">
            {sankey.flows.map((f, i) => (
              <path
                key={i}
                d={band(sankey.nodes[f.from]!, sankey.nodes[f.to]!, f)}
                fill={f.links === 0 ? colours.neutral[1] : sequential(colours, 0.12 + 0.88 * Math.min(1, f.utilisation))}
                fill-opacity={lit === i ? 1 : lit >= 0 ? 0.35 : f.links === 0 ? 0.45 : 0.8}
                tabindex={0}
                role="img"
                aria-label={words(f)}
                onPointerEnter={() => setLit(i)}
                onFocus={() => setLit(i)}
                onBlur={() => setLit(-1)}
              />
            ))}
            {sankey.nodes.map((n) => (
              <rect x={n.x} y={n.y} width={n.width} height={Math.max(1, n.height)} fill={colours.colours.ink} />
            ))}
          </g>
          <g font-size="11" fill={colours.colours.ink} stroke={colours.colours.panel} stroke-width="3" paint-order="stroke">
            {sankey.nodes.map((n) => label(graph, sankey, n, Math.max(280, width)))}
          </g>
        </svg>
      </div>
      <output class="heat-told" aria-live="polite">
        <bdi>{told ? words(told) : text.pointFlow}</bdi>
      </output>
      {sankey.planesTogether > 0 && <p class="note">{text.sankeyTogether(sankey.planesTogether)}</p>}
      <Scale least={0} most={1} format={(value) => percent(value, 2)} down={false} />
    </Figure>
  );
}

// Cards have their names above, other boxes beside them when they are high enough.
function label(graph: FabricGraph, sankey: Sankey, node: SankeyNode, width: number) {
  const last = node.column === sankey.columns - 1;
  if (node.what === "cards")
    return (
      <text x={last ? node.x + node.width : node.x} y={13} text-anchor={last ? "end" : "start"}>
        {nodeName(graph, sankey, node)}
      </text>
    );
    const room = width / Math.max(1, sankey.columns - 1) - boxWidth - 10;
  if (node.height < 10 || room < 36) return null;
  return (
    <text x={node.x + node.width + 4} y={20 + node.y + node.height / 2 + 4}>
      {cut(nodeName(graph, sankey, node), Math.floor(room / 6.2))}
    </text>
  );
}

function nodeName(graph: FabricGraph, sankey: Sankey, node: SankeyNode): string {
  const text = stuckText();
  const plane = node.plane === -2 ? text.otherPlanes(sankey.planesTogether) : node.plane < 0 ? "" : planeName(node.plane);
  const side = node.side === "down" ? "↓" : node.side === "up" ? "↑" : "";
  const what = {
    cards: `${text.cards}: ${node.side === "up" ? text.sends : text.receives}`,
    nic: text.nics,
    scaleup: text.scaleUpSwitches,
    switch: switchTier(node.tier),
    level: tierWords(graph, node.tier),
  }[node.what];
  return node.what === "cards" ? what : [what, plane, side].filter((word) => word !== "").join(" ");
}
