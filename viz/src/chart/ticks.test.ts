import { describe, expect, it } from "vitest";
import { place, ticks } from "./ticks";

describe("ticks", () => {
  it("stand at powers of two, every one or as many as there is room for", () => {
    expect(ticks("binary", 1024, 16384, 10)).toEqual([1024, 2048, 4096, 8192, 16384]);
    expect(ticks("binary", 1000, 17e9, 6)).toEqual([1024, 32768, 1048576, 33554432, 1073741824]);
  });
  it("stand at tens, with 1, 2, 5 or every digit between where there is room", () => {
    expect(ticks("decimal", 1, 1e6, 8)).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
    expect(ticks("decimal", 3, 120, 8)).toEqual([5, 10, 20, 50, 100]);
    expect(ticks("decimal", 2.1, 2.9, 5).length).toBeGreaterThan(1); // less than a digit: equal steps
  });
  it("stand at equal, round steps", () => {
    expect(ticks("linear", 0, 530, 6)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(ticks("linear", 0, 0.3, 4)).toEqual([0, 0.1, 0.2, 0.3]);
  });
  it("never come in more than are wanted, and none for an empty axis", () => {
    for (const kind of ["binary", "decimal", "linear"] as const) {
      for (const most of [2, 5, 9]) expect(ticks(kind, 7, 3e9, most).length).toBeLessThanOrEqual(most + 1);
      expect(ticks(kind, 5, 5, 5)).toEqual([]);
      expect(ticks(kind, 1, 5, 0)).toEqual([]);
      expect(ticks(kind, 1, Infinity, 5)).toEqual([]);
      expect(ticks(kind, 0, 5, 5)).toEqual(kind === "linear" ? [0, 1, 2, 3, 4, 5] : []);
    }
  });
  it("have a place between the ends", () => {
    expect(place("linear", 5, 0, 10)).toBe(0.5);
    expect(place("decimal", 10, 1, 100)).toBeCloseTo(0.5, 12);
  });
});
