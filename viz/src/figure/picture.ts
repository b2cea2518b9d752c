import type { Palette } from "./palette";

// A figure as it leaves the page: SVG markup of its inside (elements only, presentation attributes only) and its size in
// pixels of the screen.
export interface Picture {
  width: number;
  height: number;
  markup: string;
}

export const fontStack = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif";

// Characters that XML forbids are left out; the rest of what markup means is escaped.
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function pictureOfSvg(element: SVGSVGElement): Picture {
  const box = element.viewBox.baseVal;
  const bounds = element.getBoundingClientRect();
  const width = box.width || bounds.width;
  const height = box.height || bounds.height;
  const serializer = new XMLSerializer();
  const inside = Array.from(element.childNodes, (node) => serializer.serializeToString(node)).join("");
  // What the drawing inherits from its root.
  const inherited = ["font-size", "fill", "stroke", "text-anchor"]
    .flatMap((name) => (element.hasAttribute(name) ? [`${name}="${escapeXml(element.getAttribute(name) ?? "")}"`] : []))
    .join(" ");
  return { width, height, markup: `<g ${inherited}>${inside}</g>` };
}

// Several canvases, one over the other, each at its place in the element around them; text of the page is not in it.
export function pictureOfCanvas(canvas: HTMLCanvasElement): Picture {
  const { width, height } = canvas.getBoundingClientRect();
  return { width, height, markup: `<image width="${width}" height="${height}" href="${canvas.toDataURL("image/png")}"/>` };
}

export interface LegendEntry {
  label: string;
  colour: string;
  dash?: string; // of a line; else a box
  circle?: boolean; // points, no line
  fill?: "solid" | "tint" | "hatch" | "outline"; // of a box
}

// A whole SVG file: title, picture, legend, and the line that says where it comes from.
export function svgFile(picture: Picture, title: string, legend: readonly LegendEntry[], origin: string, palette: Palette): string {
  const { colours } = palette;
  const margin = 16;
  const width = Math.max(360, Math.ceil(picture.width) + 2 * margin);
  const lines: string[] = [];
  let y = margin + 14;
  lines.push(`<text x="${margin}" y="${y}" font-size="15" font-weight="600">${escapeXml(title)}</text>`);
  y += 14;
  lines.push(`<g transform="translate(${margin} ${y})">${picture.markup}</g>`);
  y += Math.ceil(picture.height) + 8;
  let x = margin;
  for (const entry of legend) {
    const needs = 34 + 7 * textWidth(entry.label);
    if (x > margin && x + needs > width - margin) {
      x = margin;
      y += 18;
    }
    const mark = entry.circle
      ? `<circle cx="${x + 9}" cy="${y + 6}" r="3.5" fill="none" stroke="${entry.colour}" stroke-width="1.5"/>`
      : entry.dash === undefined
        ? box(entry, x, y)
        : `<path d="M${x} ${y + 6}h18" fill="none" stroke="${entry.colour}" stroke-width="2" stroke-dasharray="${entry.dash}"/>`;
    lines.push(`${mark}<text x="${x + 23}" y="${y + 10}" font-size="12">${escapeXml(entry.label)}</text>`);
    x += needs;
  }
  if (legend.length > 0) y += 26;
  lines.push(`<text x="${margin}" y="${y + 10}" font-size="11" fill="${colours.muted}">${escapeXml(origin)}</text>`);
  const height = y + 10 + margin;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${fontStack}" fill="${colours.ink}">` +
    `<rect width="${width}" height="${height}" fill="${colours.panel}"/>${lines.join("")}</svg>\n`
  );
}

function box({ colour, fill = "solid" }: LegendEntry, x: number, y: number): string {
  const at = `x="${x}" y="${y}" width="12" height="12"`;
  if (fill === "solid") return `<rect ${at} fill="${colour}"/>`;
  if (fill === "tint") return `<rect ${at} fill="${colour}" fill-opacity="0.45"/>`;
  const stripes = fill === "hatch" ? `<path d="M${x} ${y + 8}l8-8M${x + 3} ${y + 12}l9-9" stroke="${colour}" stroke-width="2.5"/>` : "";
  return `<rect ${at} fill="none" stroke="${colour}"/>${stripes}`;
}

// In halves of an em, about: CJK characters are twice as wide.
function textWidth(text: string): number {
  let width = 0;
  for (const c of text) width += (c.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1;
  return width;
}
