import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { recordings } from "../state/recordings";
import { palette } from "../state/theme";
import { figureText } from "./figure.strings";
import { shown } from "../format/names";
import { svgFile, type LegendEntry, type Picture } from "./picture";
import { fileName, pngOfSvg, saveFile } from "./save";
import { csv, type Cell, type FigureTable } from "./table";

interface FigureProps {
  name: string; // of exported files: "busbw"
  title: string;
  caption?: string;
  table: FigureTable;
  // Called when the figure is exported; absent where there is only a table.
  picture?: () => Picture;
  legend?: readonly LegendEntry[]; // for the exported picture; on the page the figure draws its own
  controls?: ComponentChildren; // to the right of the title
  children: ComponentChildren;
}

const mostRows = 1000;

// What every figure has: a title, the drawing, its numbers, and how to take it away.
export function Figure({ name, title, caption, table, picture, legend = [], controls, children }: FigureProps) {
  const text = figureText();
  const id = useId();
  const svg = () =>
    picture ? svgFile(picture(), title, legend, text.madeBy(shown(recordings.value[0]?.version ?? "", 40)), palette.value) : "";
  return (
    <figure class="figure" aria-labelledby={id} data-figure={name}>
      <header class="figure-head">
        <h3 id={id}>{title}</h3>
        {controls}
        <div class="figure-save" role="group" aria-label={text.save(title)}>
          {picture && (
            <button type="button" class="quiet" onClick={() => saveFile(`${fileName(name)}.svg`, "image/svg+xml", svg())}>
              SVG
            </button>
          )}
          {picture && (
            <button
              type="button"
              class="quiet"
              onClick={() => void pngOfSvg(svg()).then((png) => saveFile(`${fileName(name)}.png`, "image/png", png))}
            >
              PNG
            </button>
          )}
          <button type="button" class="quiet" onClick={() => saveFile(`${fileName(name)}.csv`, "text/csv", csv(table))}>
            CSV
          </button>
        </div>
      </header>
      {caption && <figcaption>{caption}</figcaption>}
      {children}
      <Numbers table={table} />
    </figure>
  );
}

function Numbers({ table }: { table: FigureTable }) {
  const text = figureText();
  const [open, setOpen] = useState(false); // rows are made when they are asked for
  return (
    <details class="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.numbers}</summary>
      {open && <NumbersTable table={table} />}
    </details>
  );
}

export function NumbersTable({ table }: { table: FigureTable }) {
  const text = figureText();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={text.numbers}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col" title={column.key}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, mostRows).map((row) => (
            <tr>
              {row.map((cell) => (
                <td class={typeof cell === "number" ? "number" : undefined}>{cellText(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > mostRows && <p class="note">{text.rowsShown(mostRows, table.rows.length)}</p>}
    </div>
  );
}

function cellText(cell: Cell): string {
  return cell === null ? "–" : String(cell);
}
