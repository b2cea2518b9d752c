import { useMemo, useRef, useState } from "preact/hooks";
import { isOfBrowser } from "../chart/keys";
import { sequential } from "../figure/palette";
import { percent } from "../format/numbers";
import type { FabricGraph, Load } from "../model/fabric_graph";
import { childrenOf, rootGroup, summarise, type Group, type GroupSummary } from "../model/fabric_groups";
import { usedFirst, type Used } from "../model/fabric_used";
import { palette } from "../state/theme";
import { fabricText } from "./fabric.strings";
import { contents, faultWords, groupName } from "./fabric_words";

interface TreeProps {
  graph: FabricGraph;
  load: Load | undefined;
  used: Used | null; // these first, the rest as one
  chosen: Group;
  opened: ReadonlySet<string>; // ids
  onOpen: (opened: ReadonlySet<string>) => void;
  onChoose: (group: Group) => void;
}

interface Row {
  group: Group;
  depth: number;
  parent: number; // into rows; -1: the root
  leaf: boolean;
}

// Groups in groups, made when opened. Keys as in the tree pattern of ARIA.
export function Tree({ graph, load, used, chosen, opened, onOpen, onChoose }: TreeProps) {
  const text = fabricText();
  const box = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => visible(graph, used, opened), [graph, used, opened]);
  const [focus, setFocus] = useState("cluster");
  const focused = Math.max(0, rows.findIndex((r) => r.group.id === focus));
  const toggle = (id: string, open: boolean) => {
    const next = new Set(opened);
    if (open) next.add(id);
    else next.delete(id);
    onOpen(next);
  };
  const moveTo = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]!;
    setFocus(row.group.id);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfBrowser(event)) return;
    const row = rows[focused]!;
    const open = opened.has(row.group.id);
    switch (event.key) {
      case "ArrowDown":
        moveTo(focused + 1);
        break;
      case "ArrowUp":
        moveTo(focused - 1);
        break;
      case "Home":
        moveTo(0);
        break;
      case "End":
        moveTo(rows.length - 1);
        break;
      case "ArrowRight":
        if (row.leaf) return;
        if (open) moveTo(focused + 1);
        else toggle(row.group.id, true);
        break;
      case "ArrowLeft":
        if (open && !row.leaf) toggle(row.group.id, false);
        else if (row.parent >= 0) moveTo(row.parent);
        break;
      case "Enter":
      case " ":
        onChoose(row.group);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <ul ref={box} class="tree" role="tree" aria-label={text.groups} onKeyDown={onKeyDown}>
      {rows.map((row, i) => {
        const { group } = row;
        const open = opened.has(group.id);
        const summary = summarise(graph, group, load);
        const faults = faultWords(summary);
        return (
          <li
            key={group.id}
            role="treeitem"
            aria-level={row.depth + 1}
            aria-expanded={row.leaf ? undefined : open}
            aria-selected={group.id === chosen.id}
            tabIndex={i === focused ? 0 : -1}
            data-group={group.id}
            style={{ paddingLeft: `${row.depth * 0.9 + 0.2}rem` }}
            onClick={() => {
              setFocus(group.id);
              onChoose(group);
              if (!row.leaf && !open) toggle(group.id, true);
            }}
          >
            <span
              class="twist"
              aria-hidden="true"
              onClick={(event) => {
                if (row.leaf) return;
                event.stopPropagation();
                setFocus(group.id);
                toggle(group.id, !open);
              }}
            >
              {row.leaf ? "" : open ? "▾" : "▸"}
            </span>
            <span class="tree-name">
              <bdi>{groupName(graph, group)}</bdi>
              <small>{row.leaf ? "" : contents(summary)}</small>
            </span>
            {faults !== "" && (
              <span class="tree-fault" title={faults}>
                ✕ <span class="unseen">{faults}</span>
              </span>
            )}
            <Use summary={summary} />
          </li>
        );
      })}
    </ul>
  );
}

// Mean as a bar, the highest link as a tick on it.
function Use({ summary }: { summary: GroupSummary }) {
  const colours = palette.value;
  const { meanUtilisation: mean, maxUtilisation: most } = summary;
  if (Number.isNaN(mean)) return null;
  const words = fabricText().used(percent(mean), percent(most));
  return (
    <svg class="tree-use" width="56" height="10" role="img" aria-label={words}>
      <title>{words}</title>
      <rect width="56" height="10" fill={colours.colours.grid} />
      <rect width={Math.min(1, mean) * 56} height="10" fill={sequential(colours, 0.15 + 0.85 * mean)} />
      <rect x={Math.min(54, Math.min(1, most) * 56)} width="2" height="10" fill={colours.colours.ink} />
    </svg>
  );
}

function visible(graph: FabricGraph, used: Used | null, opened: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const add = (group: Group, depth: number, parent: number) => {
    const children = group.kind === "device" ? [] : usedFirst(childrenOf(graph, group), used, group);
    const at = rows.length;
    rows.push({ group, depth, parent, leaf: children.length === 0 });
    if (opened.has(group.id)) for (const child of children) add(child, depth + 1, at);
  };
  add(rootGroup(graph), 0, -1);
  return rows;
}
