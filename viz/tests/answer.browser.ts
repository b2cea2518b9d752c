import { describe, expect, it } from "vitest";
import { bytes, change, count, rate, time } from "../src/format/numbers";
import { jsonOf, open, openFiles, template, useBrowser } from "./browser";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];

describe("the answer", () => {
  it("is one sentence with the numbers of the JSON", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...perf);
    await openFiles(page, path);
    const { results } = JSON.parse(text) as {
      results: {
        size_bytes: number;
        ranks: number;
        time_ps: number;
        busbw_GBps: number;
        lower_bound_us: number;
        algorithm: string;
        attribution: { binding_tier: string };
        sensitivities: { what: string; change: number }[];
      }[];
    };
    const last = results[results.length - 1];
    if (!last) throw new Error("no results");
    const help = last.sensitivities[0];
    const helps = help && help.change < 0 ? `10 % better ${help.what} would help most (${change(help.change)})` : "no single figure 10 % better would help";
    expect(await page.locator(".answer-sentence").innerText()).toBe(
      `all_reduce of ${bytes(last.size_bytes)} among ${count(last.ranks)} ranks of deepseek-v3-2048 takes ${time(last.time_ps)}, held up by ${last.attribution.binding_tier}; ${helps}.`,
    );
    const fact = (id: string) => page.locator(`.answer [data-fact=${id}] dd`).first().innerText();
    expect(await fact("busbw")).toBe(rate(last.busbw_GBps));
    expect(await fact("bound")).toBe(time(last.lower_bound_us * 1e6));
    expect(await fact("algorithm")).toBe(last.algorithm);
  });

  it("is there for steps, comparisons, clusters, exchanges and tunings", async () => {
    const page = await open(template);
    await openFiles(
      page,
      jsonOf("run", "configs/experiments/mixtral-8x7b-step.textproto").path,
      jsonOf("run", "configs/experiments/deepseek-ep-limit.textproto").path,
      jsonOf("run", "configs/experiments/two-flows-one-bottleneck.textproto").path,
      jsonOf("compare", "deepseek-v3-2048", "ft2-2048", "--ranks", "64", "--workload", "all_reduce:16MiB").path,
      jsonOf("topo", "deepseek-v3-2048").path,
    );
    await page.waitForFunction(() => document.querySelectorAll(".open-list li").length === 5);
    const kinds = await page.locator("article.answer").evaluateAll((all) => all.map((one) => one.getAttribute("data-kind")));
    for (const kind of ["step", "exchange", "flows", "compare", "topo"]) expect(kinds).toContain(kind);
    for (const sentence of await page.locator(".answer-sentence").allInnerTexts()) {
      expect(sentence).toMatch(/^[\w<⁨].*\.$/);
      expect(sentence).not.toMatch(/NaN|undefined|Infinity|–/);
    }
  });
});

describe("where it comes from", () => {
  it("shows version, fingerprint and what was assumed", async () => {
    const page = await open(template);
    const { path, text } = jsonOf(...perf);
    await openFiles(page, path);
    const report = JSON.parse(text) as { version: string; fingerprint: string; cluster: { assumed: string[] } };
    expect(await page.locator("[data-fact=fingerprint]").innerText()).toBe(report.fingerprint);
    expect(await page.locator("#provenance dd").first().innerText()).toBe(`polyplane ${report.version}, polyplane/report/1`);
    expect(await page.locator("#provenance .sentences").first().locator("li").allInnerTexts()).toEqual(report.cluster.assumed);
  });
});
