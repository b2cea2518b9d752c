import { create, fromJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { RecordingSchema, ReportSchema } from "../schema";
import { parseFilter } from "./compare_filter";
import { gridOf, varied } from "./compare_grid";
import { paretoFront } from "./compare_pareto";
import { along, axisOf, marks } from "./compare_scale";
import { byWork, resultTables, sortRows, type ResultTable } from "./compare_table";

const recording = fromJson(RecordingSchema, {
  name: "two",
  compare: {
    clusters: [
      { name: "dear", endpoints: 64, network: { cost_usd: 200, power_w: 9 }, system: { cost_usd: null } },
      { name: "cheap <b>", endpoints: 64, network: { cost_usd: 50, power_w: 5 }, system: { cost_usd: null } },
    ],
    results: [
      { cluster: "dear", workload: "alltoall:1MiB", ranks: 64, time_us: 10, collectives: [{ algorithm: "direct" }] },
      { cluster: "cheap <b>", workload: "alltoall:1MiB", ranks: 64, time_us: 30, network_usd: 0.5 },
      { cluster: "dear", workload: "alltoall:1MiB", ranks: 16, time_us: 4 },
    ],
  },
});

function column(table: ResultTable, key: string): number {
  return table.columns.findIndex((c) => c.key === key);
}

const values = (table: ResultTable, key: string) => table.rows.map((r) => r.cells[column(table, key)]);

const sweep = fromJson(RecordingSchema, {
  name: "grid",
  sweep: {
    variables: [
      { key: "cluster.fabric.port_rate", unit: "bps", values: [{ text: "200 Gbps", number: 2e11 }, { text: "400 Gbps", number: 4e11 }] },
      { key: "collectives[0].algorithm", values: [{ text: "ring" }, { text: "auto" }] },
    ],
    points: [
      { position: 0, values: [0, 0], state: "done", time_us: 40, busbw_GBps: 10, network_cost_usd: 100 },
      { position: 1, values: [0, 1], state: "done", time_us: 20, busbw_GBps: 20, network_cost_usd: 100 },
      { position: 2, values: [1, 0], state: "done", time_us: 25, busbw_GBps: 18, network_cost_usd: 180 },
      { position: 3, values: [1, 1], state: "failed", error: "no such routing", time_us: null },
    ],
  },
});

describe("tables", () => {
  it("join what a comparison says of a cluster to its rows", () => {
    const [table] = resultTables([recording]);
    expect(table!.kind).toBe("compare");
    expect(values(table!, "cluster")).toEqual(["dear", "cheap <b>", "dear"]);
    expect(values(table!, "network_cost_usd")).toEqual([200, 50, 200]);
    expect(values(table!, "system_cost_usd")).toEqual([null, null, null]);
    expect(values(table!, "network_usd")).toEqual([null, 0.5, null]);
    expect(values(table!, "algorithm")).toEqual(["direct", "", ""]);
  });
  it("write swept values as the sweep does and keep errors", () => {
    const [table] = resultTables([sweep]);
    expect(table!.columns.slice(0, 2).map((c) => [c.key, c.unit, c.parameter])).toEqual([
      ["cluster.fabric.port_rate", "number", true],
      ["collectives[0].algorithm", "text", true],
    ]);
    expect(table!.rows[2]!.texts!.slice(0, 2)).toEqual(["400 Gbps", "ring"]);
    expect(table!.rows[3]!.error).toBe("no such routing");
    expect(values(table!, "time_us")).toEqual([40, 20, 25, null]);
  });
  it("set reports beside each other when there are several", () => {
    const one = (name: string, time: number) =>
      fromJson(RecordingSchema, { name, report: { cluster: { name: "c" }, results: [{ collective: "all_reduce", time_us: time }] } });
    expect(resultTables([one("a", 1)])).toEqual([]);
    const [table] = resultTables([one("a", 1), one("b", 2)]);
    expect(values(table!, "recording")).toEqual(["a", "b"]);
    expect(values(table!, "time_us")).toEqual([1, 2]);
  });
  it("sort with nothing last, ties in their order", () => {
    const [table] = resultTables([sweep]);
    const time = column(table!, "time_us");
    expect(sortRows(table!.rows, time, false).map((r) => r.cells[time])).toEqual([20, 25, 40, null]);
    expect(sortRows(table!.rows, time, true).map((r) => r.cells[time])).toEqual([40, 25, 20, null]);
  });
});

describe("the filter", () => {
  const [table] = resultTables([sweep]);
  const kept = (text: string): number[] => {
    const filter = parseFilter(table!, text);
    expect(filter.wrong).toEqual([]);
    return table!.rows.flatMap((r, i) => (filter.accepts(r) ? [i] : []));
  };
  it("takes words, columns and numbers, all at once", () => {
    expect(kept("")).toEqual([0, 1, 2, 3]);
    expect(kept("RING")).toEqual([0, 2]);
    expect(kept("cluster.fabric:400")).toEqual([2, 3]);
    expect(kept("time_us<=25")).toEqual([1, 2]);
    expect(kept("time_us<30 ring")).toEqual([2]);
    expect(kept("-state:failed")).toEqual([0, 1, 2]);
    expect(kept("cluster.fabric.port_rate=400G")).toEqual([2, 3]);
    expect(kept("state=done")).toEqual([0, 1, 2]);
    expect(kept("routing")).toEqual([3]); // of its error
  });
  it("says which terms mean nothing", () => {
    expect(parseFilter(table!, "nothing:1 time_us<fast network>3").wrong).toEqual([
      { term: "nothing:1", why: "column" },
      { term: "time_us<fast", why: "number", unit: "us" },
      { term: "network>3", why: "several" },
    ]);
  });
});

describe("the filter by names", () => {
  const [table] = resultTables([sweep]);
  const names = table!.columns.map(({ key }) => ({ time_us: "time", endpoints: "cards of the cluster", network_cost_usd: "network cost" })[key] ?? key);
  const kept = (text: string): number[] => {
    const filter = parseFilter(table!, text, names);
    expect(filter.wrong).toEqual([]);
    return table!.rows.flatMap((r, i) => (filter.accepts(r) ? [i] : []));
  };
  it("takes what stands above a column, blanks and all", () => {
    expect(kept("network cost<150")).toEqual([0, 1]);
    expect(kept("Network cost >= 180")).toEqual(kept("network_cost_usd>=180"));
    expect(kept("-network cost<150 ring")).toEqual([2]);
    expect(kept('error:"such routing"')).toEqual([3]);
    expect(kept("time=20")).toEqual([1]);
    expect(kept("time < 30 ring")).toEqual([2]);
  });
  it("takes numbers with the unit of their column", () => {
    expect(kept("time<=25us")).toEqual([1, 2]);
    expect(kept("time<0.03ms")).toEqual([1, 2]);
    expect(kept("time>30000ns")).toEqual([0]);
    expect(kept("network cost=$100")).toEqual([0, 1]);
    expect(kept("network cost<0.15kUSD")).toEqual([0, 1]);
    expect(kept("busbw_GBps>=18GB/s")).toEqual([1, 2]);
    expect(parseFilter(table!, "time<2kg", names).wrong).toEqual([{ term: "time<2kg", why: "number", unit: "us" }]);
  });
});

describe("the Pareto front", () => {
  it("is what a slow search finds", () => {
    let state = 3;
    const random = (): number => (state = (state * 1103515245 + 12345) % 2147483648) % 12;
    for (let trial = 0; trial < 200; trial++) {
      const points = Array.from({ length: 1 + (trial % 20) }, () => ({ x: random(), y: random() }));
      for (const [mx, my] of [
        [false, false],
        [false, true],
        [true, false],
      ] as const) {
        const better = (a: number, b: number, more: boolean): boolean => (more ? a > b : a < b);
        const slow = points.flatMap((p, i) =>
          points.some(
            (q) =>
              (better(q.x, p.x, mx) && !better(p.y, q.y, my)) || (better(q.y, p.y, my) && !better(p.x, q.x, mx)),
          )
            ? []
            : [i],
        );
        const fast = paretoFront(points, mx, my);
        expect([...fast].sort((a, b) => a - b)).toEqual(slow);
        for (let i = 1; i < fast.length; i++) expect(points[fast[i]!]!.x).toBeGreaterThanOrEqual(points[fast[i - 1]!]!.x);
      }
    }
  });
  it("of nothing is nothing", () => expect(paretoFront([], false, false)).toEqual([]));
});

describe("two parameters", () => {
  it("hold the best row of each pair", () => {
    const [table] = resultTables([sweep]);
    expect(varied(table!)).toEqual([0, 1]);
    const busbw = gridOf(table!, table!.rows, 0, 1, column(table!, "busbw_GBps"));
    expect(busbw.x.map((a) => a.text)).toEqual(["200 Gbps", "400 Gbps"]);
    expect(busbw.y.map((a) => a.value)).toEqual(["ring", "auto"]);
    expect(busbw.best.map((r) => r && table!.rows.indexOf(r))).toEqual([0, 2, 1, undefined]);
    expect([busbw.least, busbw.most]).toEqual([10, 20]);
    expect(busbw.rows).toEqual([1, 1, 1, 1]);
  });
  it("take the least where less is better and the most where more is", () => {
    const [table] = resultTables([recording]);
    const time = column(table!, "time_us");
    const grid = gridOf(table!, table!.rows, column(table!, "workload"), column(table!, "workload"), time);
    expect(grid.best[0]!.cells[time]).toBe(4);
    expect(grid.rows).toEqual([3]);
  });
});

describe("work", () => {
  it("is what rows must share to beat each other", () => {
    const [table] = resultTables([recording]);
    expect(byWork(table!, table!.rows).map((w) => w.rows.length)).toEqual([2, 1]); // of 64 ranks, of 16
    const [grid] = resultTables([sweep]);
    expect(byWork(grid!, grid!.rows).length).toBe(1);
  });
});

describe("axes", () => {
  it("hold all values, and have round marks", () => {
    const axis = axisOf([20, 5000], true);
    expect(along(axis, 20)).toBeGreaterThan(0);
    expect(along(axis, 5000)).toBeLessThan(1);
    expect(marks(axis, 8)).toEqual([20, 50, 100, 200, 500, 1000, 2000, 5000]);
    expect(marks(axis, 3)).toEqual([100, 1000]);
    expect(marks(axisOf([0, 90], false), 5)).toEqual([0, 20, 40, 60, 80]);
  });
  it("are linear where a logarithm is not to be had", () => {
    expect(axisOf([0, 10], true).log).toBe(false);
    // More than a call takes arguments.
    expect(axisOf(Array.from({ length: 200_000 }, (_, i) => i), false)).toEqual({ log: false, least: 0, most: 199_999 * 1.06 });
    expect(axisOf([-5, 10], false).least).toBeLessThan(-5);
  });
  it("mark a single value", () => expect(marks(axisOf([12_590_080, 12_590_080], true), 8)).toEqual([12_590_000]));
});

describe("steps", () => {
  const run = (name: string, ...clusters: string[]) =>
    create(RecordingSchema, {
      name,
      result: {
        case: "report",
        value: create(ReportSchema, {
          steps: clusters.map((cluster) => ({
            name: "mixtral",
            cluster,
            cards: 64,
            timePs: 5e12,
            tokensPerSecond: 1000,
            exposed: [{ label: "dp", movingPs: 3e12, waitingPs: 1e12 }],
            training: { mfuCausal: 0.4 },
          })),
          programs: [{ name: "trace", cluster: clusters[0]!, cards: 8, timePs: 2e6, labels: [{ label: "all", movingPs: 1e6 }] }],
        }),
      },
    });
  it("of several recordings, or of one on several clusters, are a table", () => {
    expect(resultTables([run("a", "x")])).toEqual([]);
    const [table] = resultTables([run("a", "x"), run("b", "x")]);
    expect(table!.kind).toBe("steps");
    expect(table!.rows.map((r) => r.cells)).toEqual([
      ["a", "x", "mixtral", 64, 5e6, 4e6, 1000, 0.4],
      ["a", "x", "trace", 8, 2, 1, null, null],
      ["b", "x", "mixtral", 64, 5e6, 4e6, 1000, 0.4],
      ["b", "x", "trace", 8, 2, 1, null, null],
    ]);
    expect(byWork(table!, table!.rows).map((w) => w.rows.length)).toEqual([2, 2]);
    expect(resultTables([run("a", "x", "y")])[0]!.rows.length).toBe(3);
  });
});
