import { NullValue } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { download, open, pageWith, useBrowser } from "./browser";

useBrowser();

const names = [
  "</script><script>window.hit=1</script>",
  "</template><img src=x onerror='window.hit=1'>",
  "<svg onload=window.hit=1>",
  "javascript:window.hit=1",
  '"><b onmouseover=window.hit=1>',
  "\u202Egnp.exe",
  "שלום עולם",
  "a\u0000b\u001b[31m\u0007c",
  `long ${"x".repeat(10_000)}`,
  "=HYPERLINK(1)",
  "__proto__",
  "{{constructor.constructor('window.hit=1')()}}",
];

const all = names.join(" ");
const unknown = { kind: { case: "nullValue" as const, value: NullValue.NULL_VALUE } };

const result = (name: string, sizeBytes: number) => ({
  job: name,
  collective: name,
  algorithm: name,
  protocol: name,
  model: name,
  cluster: name,
  ranks: 8,
  sizeBytes,
  timePs: sizeBytes * 1000,
  timeUs: sizeBytes / 1000,
  busbwGBps: 1,
  lowerBoundUs: sizeBytes / 2000,
  lowerBoundReason: name,
  bottleneck: name,
  fingerprint: name,
  topLinks: [{ link: name, tier: name, bytes: 5, utilisation: 0.5 }],
  attribution: { launchPs: 10, bindingTier: name, tiers: [{ tier: name, latencyPs: 1, serialisationPs: 2, contentionPs: 3 }] },
  sensitivities: [{ what: name, timePs: 1, change: -0.1 }],
});

const recordings = names.flatMap((name) => [
  {
    name,
    version: name,
    commandLine: [name],
    sources: [{ role: name, name, text: all }],
    figures: [{ kind: name, part: name, field: name, value: name, low: name, high: name, source: name, url: name, asOf: name, confidence: name, basis: name, assumed: name, decidesTime: true }],
    assumed: [name],
    leftOut: [name],
    measured: [{ source: name, collective: name, sizeBytes: 8, timeUs: 1, busbwGBps: 2, algorithm: name }],
    result: {
      case: "report" as const,
      value: {
        schema: name,
        version: name,
        fingerprint: name,
        cluster: { name, routing: name, stack: name, assumed: [name], faults: [name], hash: name },
        results: [result(name, 8), result(name, 16)],
        flows: [{ name, endPs: 5, cluster: name }],
        steps: [
          { name, cluster: name, model: name, card: name, phase: name, timePs: 10, busyPs: 5, exposed: [{ label: name, movingPs: 5, waitingPs: 1 }], criticalPath: [{ label: name, computePs: 5, communicationPs: 5 }], notes: [name] },
        ],
        programs: [{ name, cluster: name, format: name, timePs: 10, busyPs: 5, labels: [{ label: name, computePs: 5, communicationPs: 5 }] }],
        exchanges: [{ name, cluster: name, layerPs: 5, timePerTokenPs: 5 }],
      },
    },
  },
  {
    name,
    result: {
      case: "compare" as const,
      value: {
        clusters: [{ name, assumed: [name], notes: [name] }],
        results: [{ cluster: name, workload: name, timeUs: 1, networkUsd: unknown, collectives: [result(name, 8)] }],
      },
    },
  },
  {
    name,
    result: {
      case: "validate" as const,
      value: {
        model: name,
        systems: [
          { system: name, part: name, cluster: name, stack: name, source: name, assumed: [name], results: [{ collective: name, ranks: 8, sizeBytes: 8, measuredUs: 1, simulatedUs: 3, algorithm: name, protocol: name }] },
        ],
      },
    },
  },
  {
    name,
    result: {
      case: "tune" as const,
      value: {
        cluster: name,
        stack: name,
        ncclRelease: name,
        results: [8, 16].map((sizeBytes) => {
          const candidate = { algorithm: name, protocol: name, tableUs: 1, timeUs: { kind: { case: "numberValue" as const, value: sizeBytes } }, whyNot: name };
          return { collective: name, sizeBytes, nccl: candidate, best: candidate, candidates: [candidate], gain: unknown };
        }),
      },
    },
  },
  { name, result: { case: "topo" as const, value: { cluster: name, endpoints: 2, assumed: [name], faults: [name] } } },
]);

describe("hostile names", () => {
  it("stay text, wherever they stand", async () => {
    const page = await open(pageWith(...recordings));
    await page.waitForSelector("article.answer");
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    for (const button of ["Dark", "中文"]) await page.getByRole("button", { name: button }).click();
    const found = await page.evaluate(() => ({
      hit: (window as unknown as { hit?: number }).hit,
      scripts: document.querySelectorAll("script").length,
      strange: document.querySelectorAll("main img, main b, main iframe, main [onerror], main [onload], main [onmouseover], main script").length,
      links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href") ?? "").filter((href) => !href.startsWith("#")),
      text: document.body.textContent ?? "",
      // What would turn the order of the words after it. Cells of numbers and sources hold what was recorded, and nothing after.
      turned: [...document.querySelectorAll("main :not(td, pre)")]
        .flatMap((one) => [one.getAttribute("aria-label"), one.getAttribute("title"), ...[...one.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : null))])
        .filter((text) => text?.includes("\u202E")),
      longest: Math.max(...[...document.querySelectorAll(".answer-sentence, h3")].map((one) => one.textContent?.length ?? 0)),
      beyond: [...document.querySelectorAll("main *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".scroll, svg"))
        .map((one) => `${one.tagName} ${one.getAttribute("class")} ${(one.textContent ?? "").slice(0, 60)}`)
        .slice(0, 10),
      wide: document.documentElement.scrollWidth,
    }));
    expect(found.hit).toBeUndefined();
    expect(found.scripts).toBe(1);
    expect(found.strange).toBe(0);
    expect(found.links).toEqual([]);
    for (const name of names.slice(0, 5)) expect(found.text).toContain(name);
    expect(found.text).toContain("a␀b␛[31m␇c");
    expect(found.turned).toEqual([]);
    expect(found.longest).toBeLessThan(1000);
    expect(found.beyond).toEqual([]);
    expect(found.wide).toBeLessThanOrEqual(1280);
  });

  it("stay text in what is exported", async () => {
    const page = await open(pageWith(recordings[0] ?? {}, recordings[25] ?? {}));
    const figure = await page.locator("#where-time-goes [data-figure]").first().getAttribute("data-figure");
    const svg = (await download(page, figure ?? "", "SVG")).data.toString();
    expect(svg).not.toMatch(/<script|<img|<svg onload/);
    const errors = await page.evaluate((source) => new DOMParser().parseFromString(source, "image/svg+xml").querySelectorAll("parsererror").length, svg);
    expect(errors).toBe(0);
    expect((await download(page, figure ?? "", "PNG")).data.subarray(1, 4).toString()).toBe("PNG");
  });
});
