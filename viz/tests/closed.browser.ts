import { describe, expect, it } from "vitest";
import { jsonOf, open, openFiles, recordingOf, template, useBrowser } from "./browser";

useBrowser();

const compare = ["compare", "deepseek-v3-2048", "ft2-2048", "--ranks", "64", "--model", "analytic", "--algorithm", "ring", "--workload", "all_gather:1MiB"];
const perf = (ranks: string, ...more: string[]) => ["perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", ranks, "--model", "analytic", "-b", "1M", ...more];
const run = (size: string) => ["perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", "8", "-b", size, "-e", size];

// A file that is closed, or opened, before another takes nothing of what was chosen in one into the other.
describe("what was chosen in one file", () => {
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
    await page.locator(".stacked").first().locator(".stacked-bar").last().focus();
    await page.locator(".open-list button").first().click();
    await expect.poll(() => page.locator(".stacked-bar").count()).toBe(1);
    expect(await page.locator(".stacked-bar[tabindex='0']").count()).toBe(1); // that Tab reaches
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
