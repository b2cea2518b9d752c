import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { time } from "../src/format/numbers";
import { download, file, jsonOf, open, openFiles, rowsOfCsv, template, useBrowser } from "./browser";
import { pick } from "./picks";
import { expectPicture } from "./pictures";

useBrowser();

const compare = [
  "compare", "deepseek-v3-2048", "ft2-2048", "--ranks", "64,128", "--model", "analytic", "--algorithm", "ring",
  "--workload", "all_gather:1MiB", "--workload", "all_reduce:64MiB",
];

interface CompareJson {
  clusters: { name: string; network: { cost_usd: number | null } }[];
  results: { cluster: string; workload: string; ranks: number; time_us: number }[];
}

// A grid of rates and algorithms: the faster the dearer; the last point failed.
function sweep(): string {
  const rates = [1, 2, 4, 8];
  const algorithms = ["ring", "auto"];
  const path = file("sweep.json");
  const figures = ["endpoints", "time_us", "time_ps", "algbw_GBps", "busbw_GBps", "lower_bound_us", "network_cost_usd", "system_cost_usd", "network_power_w", "system_power_w"];
  const points = rates.flatMap((rate, i) =>
    algorithms.map((algorithm, k) => {
      const failed = i === 3 && k === 0;
      const time = (400 / rate) * (k === 0 ? 2 : 1);
      const known: Record<string, number> = { endpoints: 64, time_us: time, time_ps: time * 1e6, busbw_GBps: 1000 / time, network_cost_usd: 1000 * rate };
      return {
        position: i * 2 + k,
        values: [i, k],
        state: failed ? "failed" : "done",
        error: failed ? "<img src=x onerror=alert(1)>" : "",
        cluster: "varied",
        algorithm,
        ...Object.fromEntries(figures.map((name) => [name, failed ? null : (known[name] ?? null)])),
      };
    }),
  );
  const variables = [
    { key: "cluster.fabric.port_rate", unit: "bps", values: rates.map((r) => ({ text: `${r}00 Gbps`, number: r * 1e11 })) },
    { key: "collectives[0].algorithm", unit: "", values: algorithms.map((text) => ({ text, number: null })) },
  ];
  writeFileSync(path, JSON.stringify({ schema: "polyplane/sweep/1", version: "0.1.0", command: "sweep", variables, points, complete: true }));
  return path;
}

describe("comparisons", () => {
  it("show the times of the JSON, row by row, and sort", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...compare);
    await openFiles(page, path);
    const { clusters, results } = JSON.parse(text) as CompareJson;
    const figure = page.locator('[data-figure="rows"]');
    const [head = [], ...rows] = rowsOfCsv((await download(page, "rows", "CSV")).data.toString());
    const cost = new Map(clusters.map((c) => [c.name, c.network.cost_usd]));
    const at = (key: string) => head.indexOf(key);
    expect(rows.map((r) => [r[at("cluster")], r[at("workload")], Number(r[at("ranks")]), Number(r[at("time_us")]), Number(r[at("network_cost_usd")])])).toEqual(
      results.map((r) => [r.cluster, r.workload, r.ranks, r.time_us, cost.get(r.cluster)]),
    );
    await figure.getByRole("button", { name: "time", exact: true }).click();
    const fastest = Math.min(...results.map((r) => r.time_us));
    await expect.poll(() => figure.locator("tbody tr").first().innerText()).toContain(time(fastest * 1e6));
  });

  it("put every row into the scatter, and tell it", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...compare);
    await openFiles(page, path);
    const { results } = JSON.parse(text) as CompareJson;
    const figure = page.locator('[data-figure="scatter"]');
    await expect.poll(() => figure.locator("circle[aria-label]").count()).toBe(results.length);
    await figure.locator("svg.scatter").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toMatch(/: (64|128), [\d.]+ (µs|ms)/);
  });
});

describe("sweeps", () => {
  it("have a front, and are filtered by words, numbers and lists", async () => {
    const page = await open(template);
    await openFiles(page, sweep());
    const section = page.locator("#compare");
    const [, ...points] = rowsOfCsv((await download(page, "scatter", "CSV")).data.toString());
    expect(points.length).toBe(7); // one failed
    expect(points.filter((p) => p[p.length - 1] === "1").map((p) => p[1])).toEqual(["auto", "auto", "auto", "auto"]);
    const status = section.locator("search [role=status]");
    await expect.poll(() => status.innerText()).toBe("8 of 8 rows");
    const filter = section.getByRole("searchbox");
    await filter.fill("time_us<=200");
    await expect.poll(() => status.innerText()).toBe("4 of 8 rows");
    await expect.poll(() => section.locator('[data-figure="rows"] tbody tr').count()).toBe(4);
    await filter.fill("time_us<=200 ring");
    await expect.poll(() => status.innerText()).toBe("1 of 8 rows");
    await filter.fill("nothing:3");
    await expect.poll(() => section.getByRole("alert").innerText()).toBe("“nothing:3”: there is no such column.");
    await filter.fill("");
    await pick(section, "collectives[0].algorithm").selectOption({ label: "ring" });
    await expect.poll(() => status.innerText()).toBe("4 of 8 rows");
  });

  it("have a heat map of two parameters", async () => {
    const page = await open(template);
    await openFiles(page, sweep());
    const figure = page.locator('[data-figure="grid"]');
    await figure.locator(".heat-box").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("100 Gbps, ring: 800.0 µs");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("800 Gbps, auto: 50.00 µs");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("800 Gbps, ring: no figure");
    await pick(figure, "Value").selectOption({ label: "busbw" });
    await expect.poll(() => figure.locator("h3").innerText()).toBe("busbw by fabric.port_rate and collectives[0].algorithm");
    expect((await download(page, "grid", "PNG")).data.subarray(1, 4).toString()).toBe("PNG");
  });

  it("keep the reason of a failure text", async () => {
    const page = await open(template);
    await openFiles(page, sweep());
    await expect.poll(() => page.locator("tr.failed").getAttribute("title")).toContain("<img src=x");
    expect(await page.locator("tr.failed td").last().innerText()).toContain("<img src=x onerror");
    await expect.poll(() => page.locator("#compare img").count()).toBe(0);
  });

  it("look as before", async () => {
    const page = await open(template);
    await openFiles(page, sweep());
    await expectPicture(page.locator("#compare"), "compare-light");
    const phone = await open(template, { viewport: { width: 375, height: 800 }, colorScheme: "dark", locale: "zh-CN" });
    await openFiles(phone, sweep());
    await expectPicture(phone.locator("#compare"), "compare-phone-dark-zh");
  });
});
