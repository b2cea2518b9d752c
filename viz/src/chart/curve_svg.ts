import { seriesColour, type Palette } from "../figure/palette";
import { escapeXml, type Picture } from "../figure/picture";
import type { CurveChart, CurveLine, Range } from "./curve_chart";
import { place, ticks } from "./ticks";

const left = 64;
const right = 14;
const top = 8;
const bottom = 44;

// What the page shows, as SVG: the same lines, ranges and marks.
export function curveSvg(chart: CurveChart, lines: readonly CurveLine[], x: Range, y: Range, palette: Palette, width = 720, height = 380): Picture {
  const { colours } = palette;
  const [w, h] = [width - left - right, height - top - bottom];
  const toX = (value: number) => round(left + w * place(chart.x.kind, value, x.low, x.high));
  const toY = (value: number) => round(top + h * (1 - place(chart.y.kind, value, y.low, y.high)));
  const parts: string[] = [`<clipPath id="plot"><rect x="${left}" y="${top}" width="${w}" height="${h}"/></clipPath>`];
  for (const mark of ticks(chart.x.kind, x.low, x.high, Math.floor(w / 52))) {
    parts.push(`<path d="M${toX(mark)} ${top}v${h}" stroke="${colours.grid}"/>`);
    parts.push(label(toX(mark), height - bottom + 16, "middle", chart.x.short(mark)));
  }
  for (const mark of ticks(chart.y.kind, y.low, y.high, Math.floor(h / 30))) {
    parts.push(`<path d="M${left} ${toY(mark)}h${w}" stroke="${colours.grid}"/>`);
    parts.push(label(left - 6, toY(mark) + 4, "end", chart.y.short(mark)));
  }
  parts.push(label(left + w / 2, height - 6, "middle", chart.x.label));
  parts.push(
    `<text transform="translate(13 ${top + h / 2}) rotate(-90)" text-anchor="middle" font-size="12">${escapeXml(chart.y.label)}</text>`,
  );
  parts.push(`<g clip-path="url(#plot)">`);
  for (const line of lines) {
    const colour = seriesColour(palette, line.colour);
    const points = line.points.filter((point) => chart.y.kind === "linear" || point.y > 0);
    const banded = points.filter((point) => point.low !== undefined && point.high !== undefined);
    if (banded.length > 1) {
      const over = banded.map((point) => `${toX(point.x)} ${toY(point.high ?? point.y)}`);
      const under = banded.map((point) => `${toX(point.x)} ${toY(point.low ?? point.y)}`).reverse();
      parts.push(`<path d="M${[...over, ...under].join("L")}Z" fill="${colour}" fill-opacity="0.18"/>`);
    }
    if (line.style !== "points" && points.length > 0) {
      const path = points.map((point) => `${toX(point.x)} ${toY(point.y)}`).join("L");
      const dash = line.dash ? ` stroke-dasharray="${line.dash}"` : "";
      parts.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${line.style === "bound" ? 1 : 2}"${dash}/>`);
    }
    if (line.style === "bound") continue;
    const hollow = line.style === "points" ? ` fill="${colours.panel}" stroke="${colour}" stroke-width="1.5"` : ` fill="${colour}"`;
    for (const point of points) parts.push(`<circle cx="${toX(point.x)}" cy="${toY(point.y)}" r="${line.style === "points" ? 3.5 : 2}"${hollow}/>`);
  }
  parts.push("</g>");
  parts.push(`<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="none" stroke="${colours.rule}"/>`);
  return { width, height, markup: parts.join("") };
}

function label(x: number, y: number, anchor: string, text: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="12">${escapeXml(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
