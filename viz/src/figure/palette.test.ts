import { describe, expect, it } from "vitest";
import { contrast, oklab, rgb, srgb } from "./oklab";
import { dark, light, seriesColour, sequentialRgb } from "./palette";

// Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
const blindness = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const toLinear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
const toByte = (value: number) => {
  const v = Math.min(1, Math.max(0, value));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
};

function seen(hex: string, matrix: readonly number[]): string {
  const [r, g, b] = rgb(hex).map(toLinear) as [number, number, number];
  const out = [0, 3, 6].map((row) => toByte((matrix[row] ?? 0) * r + (matrix[row + 1] ?? 0) * g + (matrix[row + 2] ?? 0) * b));
  return `#${out.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function apart(one: string, other: string): number {
  const [a, b] = [oklab(one), oklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe.each([light, dark])("palette $name", (palette) => {
  const { colours } = palette;
  it("can be read", () => {
    for (const behind of [colours.paper, colours.panel]) {
      for (const text of [colours.ink, colours.muted, colours.accent, colours.warn]) expect(contrast(text, behind)).toBeGreaterThanOrEqual(4.5);
      for (const line of palette.series) expect(contrast(line, behind)).toBeGreaterThanOrEqual(3);
    }
  });
  it("has lines that differ for everybody: the first four well, all enough", () => {
    for (const matrix of [[1, 0, 0, 0, 1, 0, 0, 0, 1], ...Object.values(blindness)]) {
      const lines = palette.series.map((line) => seen(line, matrix));
      for (let i = 0; i < lines.length; ++i) {
        for (let j = 0; j < i; ++j) expect(apart(lines[i] ?? "", lines[j] ?? ""), `${i} ${j}`).toBeGreaterThan(i < 4 ? 0.09 : 0.06);
      }
    }
  });
  it("begins again after the last colour", () => {
    expect(seriesColour(palette, 8)).toBe(palette.series[0]);
  });
  it("has a scale of equal steps of lightness, away from the panel", () => {
    const hex = (share: number) => `#${sequentialRgb(palette, share).map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    const lightness = Array.from({ length: 33 }, (_, i) => oklab(hex(i / 32))[0]);
    const step = ((lightness[32] ?? 0) - (lightness[0] ?? 0)) / 32;
    for (let i = 1; i < 33; ++i) expect(Math.abs((lightness[i] ?? 0) - (lightness[i - 1] ?? 0) - step)).toBeLessThan(0.012);
    expect(contrast(hex(0), colours.panel)).toBeLessThan(1.3);
    expect(contrast(hex(1), colours.panel)).toBeGreaterThan(7);
    expect(sequentialRgb(palette, 2)).toEqual(sequentialRgb(palette, 1));
    expect(sequentialRgb(palette, Number.NaN)).toEqual(sequentialRgb(palette, 0));
  });
});

it("OKLab comes back", () => {
  for (const hex of ["#000000", "#ffffff", "#0b66a8", "#c2500a"]) expect(srgb(oklab(hex))).toEqual(rgb(hex));
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6);
});
