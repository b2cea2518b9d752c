import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Lanes_Kind, LanesSchema, SeriesSchema } from "../schema";
import { heatRows, resample, shift, ticks, zoom } from "./time_heat";
import { actorsOf, busy, drawRow, intervalAt, isEmpty, isIn, laneRows, rowsOfLane } from "./time_lanes";

describe("utilisation over time", () => {
  it("has the mean and the most of a track", () => {
    const series = create(SeriesSchema, { tracks: [{ used: [0, 0.5, 1, 0.5] }, { used: [] }] });
    expect(heatRows(series)).toEqual([
      { track: 0, mean: 0.5, most: 1 },
      { track: 1, mean: 0, most: 0 },
    ]);
  });
  it("keeps the area under the curve when bins become pixels", () => {
    const used = [0, 1, 0.25, 0.75, 1, 0.5, 0];
    for (const columns of [1, 2, 3, 7, 10, 64]) {
      const out = resample(used, 0, used.length, columns);
      const area = out.reduce((a, b) => a + b, 0) * (used.length / columns);
      expect(area).toBeCloseTo(3.5, 12);
    }
    expect([...resample([0, 1], 0.5, 1.5, 2)]).toEqual([0, 1]);
    expect([...resample([0, 1], 0, 2, 4)]).toEqual([0, 0, 1, 1]);
  });
});

describe("the part of time in view", () => {
  it("zooms around a place and stays within the whole", () => {
    expect(zoom({ begin: 0, end: 100 }, 50, 0.5, 100, 1)).toEqual({ begin: 25, end: 75 });
    expect(zoom({ begin: 0, end: 10 }, 10, 20, 100, 1)).toEqual({ begin: 0, end: 100 });
    expect(zoom({ begin: 90, end: 100 }, 100, 0.001, 100, 2)).toEqual({ begin: 98, end: 100 });
    expect(shift({ begin: 10, end: 20 }, -50, 100)).toEqual({ begin: 0, end: 10 });
    expect(shift({ begin: 10, end: 20 }, 500, 100)).toEqual({ begin: 90, end: 100 });
  });
  it("has round ticks", () => {
    expect(ticks({ begin: 0, end: 100 }, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks({ begin: 130, end: 290 }, 4)).toEqual([150, 200, 250]);
    expect(ticks({ begin: 1, end: 1 }, 4)).toEqual([]);
  });
});

describe("lanes", () => {
  const lanes = create(LanesSchema, {
    lanes: [
      { actor: "rank 0", stream: "compute", beginPs: [0, 10, 12, 30], durationPs: [10, 5, 8, 1], what: [0, 0, 1, 0] },
      { actor: "rank 0", stream: "dp", beginPs: [5], durationPs: [5], what: [1] },
      { actor: "rank 7", stream: "compute", beginPs: [], durationPs: [], what: [] },
    ],
  });
  it("put intervals that overlap below each other", () => {
    expect(rowsOfLane(lanes.lanes[0]!, 0)).toEqual([
      { lane: 0, depth: 0, intervals: [0, 1, 3] },
      { lane: 0, depth: 1, intervals: [2] },
    ]);
    expect(rowsOfLane(lanes.lanes[2]!, 2)).toEqual([{ lane: 2, depth: 0, intervals: [] }]);
  });
  it("may have nothing in a part of time", () => {
    const rows = laneRows(lanes, new Set(["rank 0"]));
    expect(isEmpty(lanes, rows, { begin: 20, end: 30 })).toBe(true); // the third ends at 20, the fourth begins at 30
    expect(isEmpty(lanes, rows, { begin: 19, end: 30 })).toBe(false);
    expect(isEmpty(lanes, rows, { begin: 20, end: 30.5 })).toBe(false);
    expect(isEmpty(lanes, laneRows(lanes, new Set(["rank 7"])), { begin: 0, end: 100 })).toBe(true);
    expect([0, 1, 2, 3].filter((i) => isIn(lanes.lanes[0]!, i, { begin: 13, end: 14 }))).toEqual([1, 2]);
  });
  it("show the chosen actors", () => {
    expect(actorsOf(lanes)).toEqual(["rank 0", "rank 7"]);
    expect(laneRows(lanes, new Set(["rank 0"])).map((r) => r.lane)).toEqual([0, 0, 1]);
    const posted = create(LanesSchema, {
      whats: [{ kind: Lanes_Kind.receive }],
      lanes: [{ actor: "a", beginPs: [0, 1, 2], durationPs: [9, 9, 9], what: [0, 0, 0] }],
    });
    expect(laneRows(posted, new Set(["a"])).map((r) => r.intervals)).toEqual([[0, 1, 2]]);
  });
  it("find what runs at a time", () => {
    const [first, second] = rowsOfLane(lanes.lanes[0]!, 0);
    expect([0, 9.9, 10, 15, 30.5, 31].map((t) => intervalAt(lanes.lanes[0]!, first!, t))).toEqual([0, 0, 1, -1, 3, -1]);
    expect(intervalAt(lanes.lanes[0]!, second!, 19)).toBe(2);
  });
  it("count time in which something ran once", () => {
    expect(busy(lanes.lanes[0]!)).toBe(21); // 0 to 20, and 30 to 31
  });
  it("draw alike neighbours as one and leave out what is not in view", () => {
    const drawn: [number, number, number][] = [];
    const row = rowsOfLane(lanes.lanes[0]!, 0)[0]!;
    drawRow(lanes.lanes[0]!, row, { begin: 5, end: 25 }, 20, (what, x, w) => drawn.push([what, x, w]));
    expect(drawn).toEqual([[0, 0, 10]]); // 5 to 10 and 10 to 15
  });
});
