import { describe, expect, it } from "vitest";
import { bytes, change, count, percent, rate, time } from "../src/format/numbers";
import { jsonOf, open, openFiles, polyplane, template, useBrowser } from "./browser";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];

interface Attribution {
  launch_ps: number;
  software_ps: number;
  waiting_ps: number;
  tiers: { tier: string; serialisation_ps?: number; contention_ps?: number; latency_ps?: number }[];
}

function heldBy(parts: Attribution, whole: number): string {
  const tiers = parts.tiers.map((one) => ({ words: one.tier, ps: (one.serialisation_ps ?? 0) + (one.contention_ps ?? 0) }));
  const others = Object.entries({
    launch: parts.launch_ps,
    "software of steps": parts.software_ps,
    "waiting for others": parts.waiting_ps,
    latency: parts.tiers.reduce((sum, one) => sum + (one.latency_ps ?? 0), 0),
  }).map(([name, ps]) => ({ words: `${name} (${percent((ps ?? 0) / whole)})`, ps: ps ?? 0 }));
  return `held up by ${[...tiers, ...others].sort((a, b) => b.ps - a.ps)[0]?.words ?? ""}`;
}

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
        attribution: Attribution;
        sensitivities: { what: string; change: number }[];
      }[];
    };
    const last = results[results.length - 1];
    if (!last) throw new Error("no results");
    const help = last.sensitivities[0];
    const helps = help && help.change < 0 ? `10 % better ${help.what} would help most (${change(help.change)})` : "no single figure 10 % better would help";
    expect(await page.locator(".answer-sentence").innerText()).toBe(
      `all_reduce of ${bytes(last.size_bytes)} among ${count(last.ranks)} ranks of deepseek-v3-2048 takes ${time(last.time_ps)}, ${heldBy(last.attribution, last.time_ps)}; ${helps}.`,
    );
    const fact = (id: string) => page.locator(`.answer [data-fact=${id}] dd`).first().innerText();
    expect(await fact("busbw")).toBe(rate(last.busbw_GBps));
    expect(await fact("bound")).toBe(time(last.lower_bound_us * 1e6));
    expect(await fact("algorithm")).toBe(last.algorithm);
  });

  it("says of a step how sure it is, which links bind, and what would help, as the terminal does", async () => {
    const page = await open(template);
    const words = ["run", "configs/experiments/mixtral-8x7b-step.textproto", "--explain"];
    const { path, text } = jsonOf(...words);
    await openFiles(page, path);
    const { steps } = JSON.parse(text) as {
      steps: {
        cards: number;
        time_ps: number;
        exposed: { label: string; moving_ps: number; waiting_ps: number }[];
        communication: { binding_tier: string; tiers: { tier: string; serialisation_ps?: number; contention_ps?: number }[] };
        sensitivities: { what: string; change: number }[];
        spread: { fastest_ps: number; slowest_ps: number };
      }[];
    };
    const [step] = steps;
    const help = step?.sensitivities[0];
    if (!step || !help) throw new Error("no step, or nothing was asked");
    const waits = step.exposed
      .flatMap((one) => [
        { words: `${one.label} on its way`, ps: one.moving_ps },
        { words: `${one.label} that others have not sent yet`, ps: one.waiting_ps },
      ])
      .sort((a, b) => b.ps - a.ps);
    const waited = waits.reduce((sum, one) => sum + one.ps, 0) / step.time_ps;
    const tier = step.communication.tiers.find((one) => one.tier === step.communication.binding_tier);
    const held = ((tier?.serialisation_ps ?? 0) + (tier?.contention_ps ?? 0)) / step.time_ps;
    const { fastest_ps, slowest_ps } = step.spread;
    const spread =
      slowest_ps > fastest_ps && (slowest_ps - fastest_ps) / slowest_ps < 0.001
        ? " (the hardware's uncertain figures move it by less than 0.1 %)"
        : slowest_ps > fastest_ps
        ? ` (${time(fastest_ps)} to ${time(slowest_ps)} with the hardware's uncertain figures)`
        : " (no uncertain figure of the hardware moves it)";
    expect(await page.locator(".answer-sentence").innerText()).toBe(
      `One training step of mixtral-8x7b on ${count(step.cards)} cards of h100-2048 takes ${time(step.time_ps)}${spread}, ` +
        `compute waits ${percent(waited)} of it, mostly for ${waits[0]?.words ?? ""}; ` +
        `of the links, ${step.communication.binding_tier} holds it up most (${percent(held)} of its critical path); ` +
        `10 % better ${help.what} would help most (${change(help.change)}).`,
    );
    const terminal = polyplane(...words).split("\n").filter((line) => line.startsWith("# ")).join(" ").replaceAll(" # ", " ");
    expect(terminal).toContain(`mostly for ${waits[0]?.words ?? ""}; of the links, ${step.communication.binding_tier} holds it up most`);
    expect(terminal).toContain(`10% more ${help.what} would help most`);
  });

  it("says the same in Chinese, and how to have what was not asked", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf("run", "configs/experiments/mixtral-8x7b-step.textproto").path);
    expect(await page.locator(".answer [data-fact=spread]").innerText()).toContain("polyplane run --explain --record FILE");
    expect(await page.locator(".answer [data-fact=binding] dd").first().innerText()).not.toBe("");
    await page.getByRole("button", { name: "中文" }).click();
    expect(await page.locator(".answer-sentence").innerText()).toMatch(/^mixtral-8x7b 在 h100-2048 的 256 张卡上训练一步需时 .*；链路中 .* 拖慢最多（占关键路径的 .* %）。$/);
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
