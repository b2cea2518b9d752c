import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytes, percent } from "../src/format/numbers";
import { download, file, open, openFiles, polyplane, recordingOf, rowsOfCsv, template, useBrowser, jsonOf } from "./browser";

useBrowser();

// What ./build/polyplane records, held against what it prints.

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "--model", "flow", "--algorithm", "double_binary_tree", "--explain", "-b", "16M", "-e", "64M", "-f", "4"];
const faults = ["run", "configs/experiments/all-reduce-with-faults.textproto"];

interface ReportJson {
  results: { size_bytes: number; top_links: { link: string; tier: string; bytes: number; utilisation: number }[] }[];
}

describe("recordings", () => {
  it("have the links of the report among the fullest, byte for byte", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf(...perf));
    const { results } = JSON.parse(jsonOf(...perf).text) as ReportJson;
    const top = results[results.length - 1]!.top_links;
    expect(top.length).toBeGreaterThan(0);
    const figure = page.locator('[data-figure="top-links"]');
    await figure.getByRole("button", { name: "Each link" }).click();
    const rows = rowsOfCsv((await download(page, "top-links", "CSV")).data.toString()).slice(1);
    // Of equally full links either may stand first.
    expect(rows.slice(0, top.length).map((r) => [r[1], Number(r[5])])).toEqual(top.map((l) => [l.tier, l.bytes]));
    for (const [i, link] of top.entries()) expect(Number(rows[i]![4])).toBeCloseTo(link.utilisation, 9);
    const first = figure.locator("tbody tr").first();
    await expect.poll(() => first.innerText()).toContain(percent(top[0]!.utilisation));
    await expect.poll(() => first.innerText()).toContain(bytes(top[0]!.bytes));
  });

  it("change with the run that is chosen", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf(...perf));
    const cell = () => page.locator('#stuck [data-figure="tier-to-tier"] td').allInnerTexts().then((all) => all.join());
    const before = await cell();
    await page.locator("#stuck select").first().selectOption("0");
    await expect.poll(cell).not.toBe(before);
  });

  it("have what is up and what is down", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf(...faults));
    await expect.poll(() => page.locator('#fabric [data-group^="cluster/plane"] .tree-fault').count()).toBeGreaterThan(0);
    await page.locator('[data-figure="path"]').getByRole("button", { name: "Draw" }).click();
    await expect.poll(() => page.locator(".path-found").innerText()).toMatch(/^[\d,]+ shortest paths? of \d+ links; .* of wire latency/);
  });

  it("have lanes of a training step", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf("run", "configs/experiments/mixtral-8x7b-step.textproto"));
    await page.locator(".lanes-box").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator('[data-figure="lanes"] .heat-told').innerText()).toMatch(/^stage 0, \w+: /);
    await download(page, "lanes", "SVG");
  });

  it("have series that end where the run ends, and hold its bytes", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf(...perf));
    const rows = rowsOfCsv((await download(page, "links-over-time", "CSV")).data.toString()).slice(1);
    const used = rows.map((r) => Number(r[4]));
    expect(Math.min(...used)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...used)).toBeLessThanOrEqual(1 + 1e-6);
    // The mean of a tier over all bins is its mean utilisation in the matrix.
    const matrix = rowsOfCsv((await download(page, "tiers-planes", "CSV")).data.toString()).slice(1);
    const nvlink = rows.filter((r) => r[0] === "nvlink" && r[2] === "").map((r) => Number(r[4]));
    const mean = nvlink.reduce((a, b) => a + b, 0) / nvlink.length;
    expect(mean).toBeCloseTo(Number(matrix.find((r) => r[0] === "nvlink")![4]), 2);
  });
});

describe("a sweep", () => {
  it("is drawn from what polyplane sweep prints", async () => {
    const words = [
      "sweep", "configs/experiments/all-reduce-with-faults.textproto", "--store", file("faults.store"), "--format", "json", "--quiet",
      "--vary", "collectives.size=1M,8M", "--vary", "faults=[],[plane=3]", "--vary", "collectives.algorithm=ring,double_binary_tree",
    ];
    const path = file("real-sweep.json");
    const text = polyplane(...words);
    writeFileSync(path, text);
    const { points } = JSON.parse(text) as { points: { time_us: number | null }[] };
    const page = await open(template);
    await openFiles(page, path);
    await expect.poll(() => page.locator("#compare search [role=status]").innerText()).toBe("8 of 8 rows");
    const [head = [], ...rows] = rowsOfCsv((await download(page, "rows", "CSV")).data.toString());
    expect(rows.map((r) => Number(r[head.indexOf("time_us")]))).toEqual(points.map((p) => p.time_us));
    await expect.poll(() => page.locator('[data-figure="grid"]').count()).toBe(1);
  });
});
