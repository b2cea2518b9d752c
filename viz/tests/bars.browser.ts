import { describe, expect, it } from "vitest";
import { download, jsonOf, open, openFiles, rowsOfCsv, template, useBrowser } from "./browser";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];
const step = ["run", "configs/experiments/mixtral-8x7b-step.textproto", "--explain"];

describe("where the time goes", () => {
  it("has one bar a size, with the parts of the JSON", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...perf);
    await openFiles(page, path);
    const results = (JSON.parse(text) as { results: { time_ps: number; attribution: Record<string, unknown> }[] }).results;
    expect(await page.locator(".stacked-bar").count()).toBe(results.length);
    const [, ...lines] = rowsOfCsv((await download(page, "time-collective-0-0", "CSV")).data.toString());
    const shown = new Map<string, number[]>();
    for (const [bar = "", , , ps] of lines) shown.set(bar, [...(shown.get(bar) ?? []), Number(ps)]);
    const parts = results.map(({ attribution }) => {
      const { launch_ps, software_ps, waiting_ps, tiers } = attribution as {
        launch_ps: number;
        software_ps: number;
        waiting_ps: number;
        tiers: { latency_ps: number; serialisation_ps: number; contention_ps: number }[];
      };
      return [launch_ps, software_ps, waiting_ps, ...tiers.flatMap((t) => [t.serialisation_ps, t.contention_ps, t.latency_ps])].filter((ps) => ps > 0);
    });
    expect([...shown.values()]).toEqual(parts);
    for (const [index, bar] of parts.entries()) expect(bar.reduce((sum, ps) => sum + ps, 0)).toBe(results[index]?.time_ps);
  });

  it("lists the parts of a bar under the pointer and under the focus, and changes its scale", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf).path);
    const figure = page.locator("[data-figure='time-collective-0-0']");
    const bar = figure.locator(".stacked-bar").last();
    await figure.locator(".stacked-bar").first().focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => figure.locator(".stacked-tip strong").innerText()).toContain("4 KiB");
    await page.keyboard.press("End");
    const tip = figure.locator(".stacked-tip");
    await expect.poll(() => tip.innerText()).toContain("256 MiB");
    expect(await bar.getAttribute("aria-label")).toMatch(/^256 MiB .*: .* (ms|µs)\. .* %/);
    await figure.locator(".stacked-bar").first().locator("rect[data-part]").first().hover();
    await expect.poll(() => tip.locator(".chosen").innerText()).toContain("launch");
    const width = () => figure.locator(".stacked-bar").first().locator("rect[data-part]").first().getAttribute("width").then(Number);
    const before = await width();
    await figure.getByRole("button", { name: "Time", exact: true }).click();
    expect(await width()).toBeLessThan(before / 4);
  });

  it("cuts a training step by its dimensions, and is exported", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...step);
    await openFiles(page, path);
    const steps = (JSON.parse(text) as { steps: { busy_ps: number; idle_ps: number; exposed: { label: string }[] }[] }).steps;
    const figures = page.locator("#where-time-goes [data-figure]");
    expect(await figures.count()).toBe(steps.length);
    const legend = await figures.first().locator(".legend").innerText();
    for (const { label } of steps[0]?.exposed ?? []) expect(legend).toContain(label);
    const name = (await figures.first().getAttribute("data-figure")) ?? "";
    const svg = (await download(page, name, "SVG")).data.toString();
    expect(svg).toContain("<pattern");
    expect((await download(page, name, "PNG")).data.subarray(1, 4).toString()).toBe("PNG");
  });
});
