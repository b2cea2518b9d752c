import { describe, expect, it } from "vitest";
import { jsonOf, open, openFiles, pageWith, recordingOf, template, useBrowser } from "./browser";
import { sampleRecording } from "./sample_recording";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];
const compare = ["compare", "deepseek-v3-2048", "ft2-2048", "--ranks", "64", "--model", "analytic", "--algorithm", "ring", "--workload", "all_gather:1MiB"];

const windows = {
  "at 200 %": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  "320 pixels wide": { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
};

// The page where it is enlarged as far as WCAG asks for: 1.4.10 (reflow), and 2.1.1 for what scrolls by itself.
for (const [name, options] of Object.entries(windows)) {
  describe(name, () => {
    it("scrolls sideways in tables alone, and all that scrolls is reached with the keyboard and has a name", async () => {
      const page = await open(pageWith(sampleRecording()), options);
      await openFiles(page, recordingOf(...perf), jsonOf(...compare).path);
      await page.waitForSelector("[data-figure='time-all_reduce'] canvas");
      await page.locator('[data-figure="path"]').getByRole("button", { name: "Draw" }).click();
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      await page.locator(".source pre").first().waitFor();
      await page.locator(".numbers table").last().waitFor();
      const found = await page.evaluate(() => {
        const [wide, unreached]: [string[], string[]] = [[], []];
        const nameOf = (e: Element) => `${e.tagName} ${e.getAttribute("class")} of ${e.closest("[data-figure]")?.getAttribute("data-figure")}`;
        if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wide.push("page");
        for (const e of document.querySelectorAll<HTMLElement>("main, main *")) {
          if (!/auto|scroll/.test(getComputedStyle(e).overflow)) continue;
          const sideways = e.scrollWidth > e.clientWidth;
          if (sideways && !e.querySelector("table")) wide.push(nameOf(e));
          if (!sideways && e.scrollHeight <= e.clientHeight) continue;
          const named = e.getAttribute("role") && e.getAttribute("aria-label");
          if (!(e.tabIndex === 0 && named) && !e.querySelector("[tabindex='0'], input")) unreached.push(nameOf(e));
          if (e.clientHeight > innerHeight) wide.push(`${nameOf(e)} is higher than the window`);
        }
        return { wide, unreached };
      });
      expect(found).toEqual({ wide: [], unreached: [] });
    });

    it("keeps labels in their figures, and tells them apart", async () => {
      const page = await open(pageWith(sampleRecording()), options);
      await page.waitForSelector('[data-figure="links-over-time"] svg text');
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll("[data-figure] svg text")]
          .filter((text) => {
            const [own, figure] = [text.getBoundingClientRect(), text.closest("[data-figure]")!.getBoundingClientRect()];
            return own.left < figure.left || own.right > figure.right;
          })
          .map((text) => `${text.closest("[data-figure]")!.getAttribute("data-figure")}: ${text.textContent}`),
      );
      expect(cut).toEqual([]);
      const rows = await page.locator('[data-figure="links-over-time"] svg text[text-anchor="end"]').allTextContents();
      expect(rows.length).toBe(17);
      expect(new Set(rows).size).toBe(17);
    });

    it("has room for bars", async () => {
      const page = await open(template, options);
      await openFiles(page, jsonOf(...perf).path);
      const figure = page.locator("#where-time-goes [data-figure]").first();
      const whole = (await figure.boundingBox())!.width;
      const bar = await figure.locator(".stacked-bar").first().locator("rect[data-part]").evaluateAll((all) => all.reduce((sum, one) => sum + one.getBoundingClientRect().width, 0));
      expect(bar).toBeGreaterThan(0.5 * whole);
    });

    it("breaks no number from its unit, and no option in two", async () => {
      const page = await open(template, options);
      await openFiles(page, jsonOf(...perf).path, jsonOf("run", "configs/experiments/mixtral-8x7b-step.textproto", "--explain").path);
      await page.waitForFunction(() => document.querySelectorAll("article.answer").length > 1);
      const broken = await page.locator("article.answer, .view > .note").evaluateAll((all) => {
        const kept = /(?<![\w-])--[a-z]+|\d (?:%|[mµn]?s|[KMG]iB)(?!\w)/g;
        return all.flatMap((one) => {
          const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
          const words: string[] = [];
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            for (const { 0: word, index } of (node.textContent ?? "").matchAll(kept)) {
              const range = new Range();
              range.setStart(node, index);
              range.setEnd(node, index + word.length);
              const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
              if (lines.size > 1) words.push(word);
            }
          }
          return words;
        });
      });
      expect(broken).toEqual([]);
    });

    it("shows the whole of every command of the explorer", async () => {
      const page = await open(template, options);
      const hidden = await page.locator("pre").evaluateAll((all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth).length);
      expect(hidden).toBe(0);
      // No option is broken in two.
      const broken = await page.locator("pre .whole").evaluateAll((all) => all.filter((option) => option.getClientRects().length > 1).length);
      expect([broken, await page.locator("pre .whole").count()]).toEqual([0, 7]);
    });
  });
}
