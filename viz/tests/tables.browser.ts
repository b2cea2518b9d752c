import { describe, expect, it } from "vitest";
import { download, file, jsonOf, open, openFiles, polyplane, rowsOfCsv, template, useBrowser } from "./browser";
import { docsPicture, expectPicture } from "./pictures";

useBrowser();

// What validate and tune print.

const validate = ["validate", "a100-8-ml-engineering", "mi300x-8-rccl"];
const tune = ["tune", "--cluster", "dgx-h100", "--collectives", "all_reduce", "-b", "64K", "-e", "256M", "-f", "8"];

interface ValidateJson {
  systems: {
    system: string;
    part: string;
    records: number;
    bias: number;
    results: { size_bytes: number; measured_us: number; simulated_us: number; log_error: number }[];
  }[];
}
interface TuneJson {
  results: { size_bytes: number; nccl: { algorithm: string; protocol: string; time_us: number | null }; gain: number | null; candidates: { table_us: number; time_us: number | null }[] }[];
}

describe("validate", () => {
  it("is drawn as simulated against measured, number by number", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...validate).path);
    const { systems } = JSON.parse(jsonOf(...validate).text) as ValidateJson;
    const [head = [], ...rows] = rowsOfCsv((await download(page, "measured-simulated", "CSV")).data.toString());
    const column = (name: string) => rows.map((row) => Number(row[head.indexOf(name)]));
    const results = systems.flatMap((s) => s.results);
    expect(results.length).toBeGreaterThan(20);
    expect(column("measured_us")).toEqual(results.map((r) => r.measured_us));
    expect(column("simulated_us")).toEqual(results.map((r) => r.simulated_us));
    expect(column("log_error")).toEqual(results.map((r) => r.log_error));
    const within = results.filter((r) => Math.abs(r.log_error) <= Math.LN2).length;
    expect(await page.locator('[data-figure="measured-simulated"] figcaption').innerText()).toContain(`${within} of ${results.length} points`);
    // By system, as factors.
    const line = page.locator('[data-figure="validated-systems"] tbody tr').first();
    expect(await line.innerText()).toContain(systems[0]!.part);
    expect(await line.innerText()).toContain(`${Math.exp(systems[0]!.bias).toPrecision(3)}×`);
  });

  it("tells a point by the keyboard, and hides a system", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...validate).path);
    const figure = page.locator('[data-figure="measured-simulated"]');
    await figure.locator("svg.scatter").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator("[role=status]").innerText()).toMatch(/measured .*, simulated .* times/);
    const marks = figure.locator("svg.scatter path[role=img]");
    const before = await marks.count();
    await figure.locator(".legend button").first().click();
    await expect.poll(() => marks.count()).toBeLessThan(before);
    await download(page, "measured-simulated", "SVG");
  });

  it("is read by polyplane report as well", async () => {
    const report = file("validate.html");
    polyplane("report", jsonOf(...validate).path, "-o", report);
    const page = await open(report);
    await page.waitForSelector('[data-figure="measured-simulated"] svg.scatter');
    expect(await page.locator("#provenance").innerText()).not.toContain("holds no more");
  });
});

describe("tune", () => {
  it("shows NCCL's choices on the curves of all that it could choose, number by number", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...tune).path);
    const { results } = JSON.parse(jsonOf(...tune).text) as TuneJson;
    const [head = [], ...rows] = rowsOfCsv((await download(page, "choices-all_reduce", "CSV")).data.toString());
    const cell = (name: string) => rows.map((row) => row[head.indexOf(name)]);
    expect(cell("nccl")).toEqual(results.map((r) => `${r.nccl.algorithm} ${r.nccl.protocol}`));
    expect(cell("nccl_time_us").map(Number)).toEqual(results.map((r) => r.nccl.time_us));
    expect(cell("gain").map(Number)).toEqual(results.map((r) => r.gain));
    const [names = [], ...all] = rowsOfCsv((await download(page, "tune-all_reduce", "CSV")).data.toString());
    const candidates = results.flatMap((r) => r.candidates);
    expect(all.map((row) => Number(row[names.indexOf("table_us")]))).toEqual(candidates.map((c) => c.table_us));
    await page.locator('[data-figure="tune-all_reduce"] .curve-plot').focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator('[data-figure="tune-all_reduce"] .curve-tip').innerText()).toContain("by the table");
  });
});

describe("both look as before", () => {
  for (const [name, options] of [
    ["light", { viewport: { width: 1280, height: 3200 } }],
    ["phone-dark-zh", { viewport: { width: 375, height: 3600 }, colorScheme: "dark", locale: "zh-CN" }],
  ] as const) {
    it(name, async () => {
      const page = await open(template, options);
      await openFiles(page, jsonOf(...validate).path, jsonOf(...tune).path);
      await page.waitForSelector('[data-figure="tune-all_reduce"] .curve-plot canvas');
      await expectPicture(page.locator("#compare"), `tables-${name}`);
      if (name === "light") await docsPicture(page.locator("#compare"), "tables");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(options.viewport.width);
    });
  }
});
