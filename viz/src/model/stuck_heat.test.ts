import { describe, expect, it } from "vitest";
import { cut, cutToWidth, heatGeometry, labelStep, labelWidth, largest, withoutPrefix } from "./stuck_heat";

describe("cells", () => {
  const limits = { cellWidth: 40, cellHeight: 20, height: 200 };
  it("are as large as they may be, in whole pixels", () => {
    expect(heatGeometry(1000, 4, 8, 100, 20, limits)).toMatchObject({ cellWidth: 40, cellHeight: 20, width: 320, height: 80, gap: 1 });
    expect(heatGeometry(420, 60, 100, 100, 20, limits)).toMatchObject({ cellWidth: 3, cellHeight: 3, width: 300, gap: 0 });
  });
  it("are smaller than a pixel where they must", () => {
    const g = heatGeometry(612, 400, 2048, 100, 20, limits);
    expect([g.cellWidth, g.width, g.height]).toEqual([0.25, 512, 200]);
  });
  it("fill the width where columns are a scale", () => {
    expect(heatGeometry(1000, 4, 7, 100, 20, { ...limits, fill: true }).width).toBe(900);
  });
  it("that share a pixel show the largest of them; nothing only where there is nothing", () => {
    const values = Float64Array.of(1, 5, NaN, NaN, 2, 3, NaN, 4);
    expect([...largest(values, 2, 4, 1, 2)]).toEqual([5, 4]);
    expect([...largest(values, 2, 4, 2, 2)]).toEqual([5, NaN, 3, 4]);
    expect(largest(values, 2, 4, 2, 4)).toBe(values);
  });
});

describe("labels", () => {
  it("keep every one, or every second, fifth, tenth", () => {
    expect([40, 12, 9, 4, 1.3].map((size) => labelStep(size, 12))).toEqual([1, 1, 2, 5, 10]);
  });
  it("leave out what all names begin with, up to a slash", () => {
    expect(withoutPrefix(["plane0/leaf1", "plane0/leaf10"])).toEqual({ prefix: "plane0/", short: ["leaf1", "leaf10"] });
    expect(withoutPrefix(["leaf1", "leaf2"])).toEqual({ prefix: "", short: ["leaf1", "leaf2"] });
    expect(withoutPrefix(["a/b/c"])).toEqual({ prefix: "a/b/", short: ["c"] });
    expect(withoutPrefix([])).toEqual({ prefix: "", short: [] });
  });
  it("are cut by characters, not by halves of them", () => {
    expect(cut("𝒜𝒜𝒜𝒜", 3)).toBe("𝒜𝒜…");
    expect(cut("abc", 3)).toBe("abc");
  });
});

describe("labels cut to a width", () => {
  it("are told apart where the room allows it", () => {
    // 60 pixels are eight letters of 6.2 and the dots of 11.
    const cuts = cutToWidth(["nvlink", "gpu-leaf, plane 0", "gpu-leaf, plane 1", "node0/gpu0 > nvswitch", "node1/gpu0 > nvswitch"], 60.7);
    expect(cuts).toEqual(["nvlink", "gpu-…ne 0", "gpu-…ne 1", "node0/gp…", "node1/gp…"]);
    for (const label of cuts) expect(labelWidth(label)).toBeLessThanOrEqual(60.7);
  });
  it("lose their beginning where nothing else tells them apart, and their end where nothing does", () => {
    expect(cutToWidth(["aaaaaaaaaXbbbbbbb", "aaaaaaaaaYbbbbbbb"], 61)).toEqual(["…Xbbbbbbb", "…Ybbbbbbb"]);
    expect(cutToWidth(["aaaaaaaaaaaaXbbbbbbbbbbbb", "aaaaaaaaaaaaYbbbbbbbbbbbb"], 61)).toEqual(["aaaaaaaa…", "aaaaaaaa…"]);
    expect(cutToWidth(["链路链路链路", "x"], 34)).toEqual(["链路…", "x"]);
  });
});
