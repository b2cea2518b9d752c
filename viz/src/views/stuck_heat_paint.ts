// The pixels of a matrix, and the file that is made of them.
import { contrast, rgb, type Rgb } from "../figure/oklab";
import { sequential, sequentialRgb, type Palette } from "../figure/palette";
import { escapeXml, pictureOfSvg, type Picture } from "../figure/picture";
import { largest, type HeatGeometry } from "../model/stuck_heat";

// Dark or light ink, whichever is told apart better.
export function inkOn(colour: Rgb): string {
  const hex = `#${colour.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return contrast(hex, "#111418") >= contrast(hex, "#ffffff") ? "#111418" : "#ffffff";
}

export function paint(
  canvas: HTMLCanvasElement,
  values: Float64Array,
  down: Uint8Array | undefined,
  rows: number,
  columns: number,
  least: number,
  most: number,
  geometry: HeatGeometry,
  colours: Palette,
): void {
  const ratio = Math.max(1, Math.round(devicePixelRatio || 1));
  canvas.width = geometry.width * ratio;
  canvas.height = geometry.height * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  const toRows = Math.min(rows, canvas.height);
  const toColumns = Math.min(columns, canvas.width);
  const shown = largest(values, rows, columns, toRows, toColumns);
  const failed = down && largest(Float64Array.from(down), rows, columns, toRows, toColumns);
  const image = new ImageData(toColumns, toRows);
  const warn = rgb(colours.colours.warn);
  for (let i = 0; i < shown.length; i++) {
    const value = shown[i]!;
    const broken = failed !== undefined && failed[i]! > 0;
    if (Number.isNaN(value) && !broken) continue;
    const [r, g, b] = broken ? warn : sequentialRgb(colours, (value - least) / (most - least || 1));
    image.data.set([r, g, b, 255], 4 * i);
  }
  const small = document.createElement("canvas");
  small.width = toColumns;
  small.height = toRows;
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  if (geometry.gap === 0) return;
  context.scale(ratio, ratio);
  context.fillStyle = colours.colours.panel;
  for (let column = 1; column < columns; column++) context.fillRect(column * geometry.cellWidth - 0.5, 0, 1, geometry.height);
  for (let row = 1; row < rows; row++) context.fillRect(0, row * geometry.cellHeight - 0.5, geometry.width, 1);
}

export function heatPicture(canvas: HTMLCanvasElement, overlay: SVGSVGElement, geometry: HeatGeometry, props: { least: number; most: number; format: (value: number) => string }, colours: Palette): Picture {
  const labels = pictureOfSvg(overlay);
  const y = labels.height + 8;
  const bar = Array.from(
    { length: 40 },
    (_, i) => `<rect x="${geometry.left + i * 4}" y="${y}" width="4.5" height="10" fill="${sequential(colours, i / 39)}"/>`,
  ).join("");
  const ends =
    `<g font-size="11"><text x="${geometry.left - 6}" y="${y + 9}" text-anchor="end">${escapeXml(props.format(props.least))}</text>` +
    `<text x="${geometry.left + 168}" y="${y + 9}">${escapeXml(props.format(props.most))}</text></g>`;
  return {
    width: labels.width,
    height: y + 14,
    markup:
      `<image x="${geometry.left}" y="${geometry.top}" width="${geometry.width}" height="${geometry.height}" ` +
      `href="${canvas.toDataURL("image/png")}"/>${labels.markup}${bar}${ends}`,
  };
}
