import { oklab, srgb, type Rgb } from "./oklab";

export interface Palette {
  name: "light" | "dark";
  colours: {
    paper: string; // behind all
    panel: string; // behind figures and tables
    ink: string;
    muted: string; // second-rank text; 4.5:1 on paper and panel
    rule: string; // lines that divide
    grid: string; // lines of axes
    accent: string; // what can be pressed, what has focus
    warn: string;
  };
  // Lines and bars: told apart with any of the common kinds of colour blindness, each at least 3:1 on the panel. Lines have
  // dashes besides, bars a text.
  series: readonly string[];
  neutral: readonly [string, string, string]; // of what belongs to no tier; dark to light
  // Anchors of the sequential scale, from nothing to all; see sequential.
  ramp: readonly string[];
}

export const light: Palette = {
  name: "light",
  colours: {
    paper: "#f6f6f3",
    panel: "#ffffff",
    ink: "#1b1e22",
    muted: "#565d66",
    rule: "#d5d7d2",
    grid: "#e7e8e4",
    accent: "#0b5c97",
    warn: "#a63a00",
  },
  series: ["#136ea6", "#c2560a", "#2693aa", "#6c1a2f", "#766e6a", "#23208c", "#a32b16", "#431455"],
  neutral: ["#6b7178", "#9aa0a6", "#cfd2d5"],
  ramp: ["#f3f3ee", "#b5d8c6", "#53a6ae", "#2b6a9f", "#262a63"],
};

export const dark: Palette = {
  name: "dark",
  colours: {
    paper: "#121518",
    panel: "#191d21",
    ink: "#e3e6e8",
    muted: "#9ca5ad",
    rule: "#343b42",
    grid: "#262c31",
    accent: "#6fb5ea",
    warn: "#f2a26b",
  },
  series: ["#64a9ea", "#f3874b", "#7de3b0", "#9069b3", "#afa5a8", "#ddd24e", "#b6e0fa", "#b45a6a"],
  neutral: ["#8a929a", "#666e76", "#434a51"],
  ramp: ["#1b2026", "#263f6d", "#2d7f95", "#7cc094", "#f4eaa6"],
};

export function seriesColour(palette: Palette, index: number): string {
  return palette.series[index % palette.series.length] ?? palette.colours.ink;
}

const rampCache = new WeakMap<Palette, Rgb[]>();

// Colour of a share from 0 to 1, as bytes. Lightness changes by equal steps over the whole scale (OKLab), so that equal
// differences look equal, in grey as well.
export function sequentialRgb(palette: Palette, share: number): Rgb {
  let table = rampCache.get(palette);
  if (!table) {
    table = Array.from({ length: 256 }, (_, i) => onRamp(palette, i / 255));
    rampCache.set(palette, table);
  }
  const index = Math.round(255 * Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share)));
  return table[index] ?? [0, 0, 0];
}

export function sequential(palette: Palette, share: number): string {
  const [r, g, b] = sequentialRgb(palette, share);
  return `rgb(${r} ${g} ${b})`;
}

function onRamp(palette: Palette, share: number): Rgb {
  const anchors = palette.ramp.map(oklab);
  const last = anchors.length - 1;
  const at = Math.min(last - 1, Math.floor(share * last));
  const [from, to] = [anchors[at], anchors[at + 1]];
  const [start, end] = [anchors[0], anchors[last]];
  if (!from || !to || !start || !end) return [0, 0, 0];
  const part = share * last - at;
  const lightness = start[0] + share * (end[0] - start[0]);
  return srgb([lightness, from[1] + part * (to[1] - from[1]), from[2] + part * (to[2] - from[2])]);
}
