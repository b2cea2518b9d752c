import { describe, expect, it } from "vitest";
import { jsonOf, open, openFiles, recordingOf, template, useBrowser } from "./browser";
import { pick } from "./picks";

useBrowser();

const compare = ["compare", "deepseek-v3-2048", "ft2-2048", "--ranks", "64", "--model", "analytic", "--algorithm", "ring", "--workload", "all_gather:1MiB"];
const perf = (ranks: string, ...more: string[]) => ["perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", ranks, "--model", "analytic", "-b", "1M", ...more];
const run = (size: string) => ["perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", "8", "-b", size, "-e", size];

// A file that is closed, or opened, before another takes nothing of what was chosen in one into the other.
describe("what was chosen in one file", () => {
  it("is no other curve that is hidden", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf("8", "-e", "4M")).path, jsonOf(...perf("4", "-e", "4M")).path);
    const line = (name: string) => page.locator("#curves .legend button", { hasText: new RegExp(`^${name}$`) });
    await line("4 ranks").click();
    await line("lower bound of the time").click();
    await page.locator(".open-list button").first().click();
    // The other stands where the closed one stood.
    await expect.poll(() => page.locator("#curves .legend button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-pressed")))).toEqual(["false", "false"]);
    await openFiles(page, jsonOf(...perf("8", "-e", "4M")).path);
    await expect.poll(() => line("8 ranks.*").getAttribute("aria-pressed")).toBe("true");
    expect(await line("4 ranks").getAttribute("aria-pressed")).toBe("false");
  });

  it("is no other value that rows must have", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf("8")).path, jsonOf(...perf("4")).path, jsonOf(...perf("2")).path);
    const ranks = pick(page.locator("#compare search"), "ranks");
    await ranks.selectOption({ label: "4" });
    const cells = page.locator('[data-figure="rows"] tbody td:nth-child(5)');
    const shown = async () => [...new Set(await cells.allInnerTexts())];
    await expect.poll(shown).toEqual(["4"]);
    await page.locator(".open-list button").last().click(); // 4 was the second of three values, and is the first of two
    await expect.poll(shown).toEqual(["4"]);
    expect(await ranks.locator("option:checked").innerText()).toBe("4");
    // A value that no open file has is asked of no row.
    await page.locator(".open-list button").last().click();
    await openFiles(page, jsonOf(...perf("2")).path);
    await expect.poll(shown).toEqual(["8", "2"]);
    expect(await ranks.locator("option:checked").innerText()).toBe("any");
  });

  it("is no other table, point or run", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf("8")).path, jsonOf(...perf("4")).path, jsonOf(...compare).path);
    const table = pick(page.locator("#compare"), "Table");
    await table.selectOption({ index: 1 });
    await openFiles(page, recordingOf(...run("1M")), recordingOf(...run("64M")), recordingOf(...run("16M")));
    const chosen = () => page.locator("#time select option:checked").innerText();
    await page.locator("#time select").selectOption({ index: 1 });
    await expect.poll(chosen).toContain("64 MiB");
    const point = page.locator('[data-figure="scatter"] .heat-told');
    await page.locator("svg.scatter").focus();
    await page.keyboard.press("End");
    for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowRight");
    const told = await point.innerText();
    expect(told).toMatch(/ MiB/);
    await page.locator("#compare search input").fill(told.includes("64 MiB") ? "64 MiB" : "8");
    await expect.poll(() => point.innerText()).toBe(told);
    await page.locator(".open-list button").nth(2).click(); // the comparison, whose table was the first
    await expect.poll(() => page.locator('[data-figure="scatter"] h3').innerText()).toBe("time against size");
    await page.locator(".open-list button").nth(2).click(); // a run before the chosen one
    await expect.poll(chosen).toContain("64 MiB");
  });

  it("is no axis of a table of other columns", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf("8")).path, jsonOf(...perf("4")).path);
    const title = page.locator('[data-figure="scatter"] h3');
    await expect.poll(() => title.innerText()).toBe("time against size");
    await openFiles(page, jsonOf(...compare).path);
    await expect.poll(() => title.innerText()).toBe("time against network cost");
    await page.locator(".open-list button").last().click();
    await expect.poll(() => title.innerText()).toBe("time against size");
  });

  it("is no part of another cluster", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf("topo", "deepseek-v3-2048"), recordingOf("topo", "dgx-h100"));
    await page.locator("#fabric .tree li", { hasText: "Plane 2" }).click();
    const title = page.locator('[data-figure="fabric"] h3');
    await expect.poll(() => title.innerText()).toContain("Plane 2");
    await page.locator(".open-list button").first().click();
    await expect.poll(() => title.innerText()).not.toContain("Plane 2");
    await expect.poll(() => page.locator(".fabric-summary").innerText()).toContain("8 cards");
    // Names of cards, too.
    await page.locator('[data-figure="path"] button[type=submit]').click();
    await expect.poll(() => page.locator('[data-figure="path"] .path-found').count()).toBe(1);
  });

  it("is no bar that another figure must have", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf("8", "-e", "16M", "--explain")).path, jsonOf(...perf("4", "-e", "1M", "--explain")).path);
    const scale = (name: string) => page.locator("#where-time-goes .choice").first().getByRole("button", { name, exact: true });
    await scale("Time").click();
    await page.locator(".stacked").first().locator(".stacked-bar").last().focus();
    await page.locator(".open-list button").first().click();
    await expect.poll(() => page.locator(".stacked-bar").count()).toBe(1);
    expect(await page.locator(".stacked-bar[tabindex='0']").count()).toBe(1); // that Tab reaches
    expect(await scale("Time").getAttribute("aria-pressed")).toBe("false");
  });

  it("is no part of another run's time", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf(...run("1M")), recordingOf(...run("64M")));
    await page.locator("#time select").selectOption({ index: 0 });
    const whole = page.locator(".span-controls").getByRole("button", { name: "All", exact: true });
    await page.locator(".span-controls").getByRole("button", { name: "Nearer" }).click();
    await expect.poll(() => whole.isEnabled()).toBe(true);
    await page.locator(".open-list button").first().click();
    await expect.poll(() => whole.isEnabled()).toBe(false);
  });
});
