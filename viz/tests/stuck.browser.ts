import { describe, expect, it } from "vitest";
import { download, open, openFiles, pageWith, recordingOf, rowsOfCsv, template, useBrowser } from "./browser";
import { expectPicture } from "./pictures";
import { pick } from "./picks";
import { sampleRecording } from "./sample_recording";

useBrowser();

describe("where it is stuck", () => {
  it("names a link under the pointer and under the arrow keys", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('#stuck [data-figure="links"]');
    await expect.poll(() => figure.locator("h3").innerText()).toBe("Links of leaf-spine, all planes");
    const matrix = figure.locator(".heat-box");
    await matrix.focus();
    await page.keyboard.press("ArrowRight");
    const told = figure.locator(".heat-told");
    await expect.poll(() => told.innerText()).toBe("plane0/leaf0 -> plane0/spine0: 60.0 %, 29.3 KiB at 400 Gb/s");
    for (let i = 0; i < 15; i++) await page.keyboard.press("ArrowRight"); // three planes of four spines and a gap: plane 3
    await expect.poll(() => told.innerText()).toBe("plane3/leaf0 -> plane3/spine0: 90.0 %, 43.95 KiB at 400 Gb/s");
    await page.keyboard.press("Escape");
    const box = (await matrix.boundingBox())!;
    await page.mouse.move(box.x + 75, box.y + box.height - 8);
    await expect.poll(() => told.innerText()).toMatch(/^plane0\/leaf3 -> plane0\/spine\d: 60\.0 %/);
  });

  it("goes from the tiers to the links of one plane, either way", async () => {
    const page = await open(pageWith(sampleRecording()));
    const tiers = page.locator('#stuck [data-figure="tiers-planes"]');
    await expect.poll(() => tiers.locator(".heat-box svg").innerHTML()).toContain("90 %");
    const figure = page.locator('#stuck [data-figure="links"]');
    await pick(figure, "Plane").selectOption({ label: "plane 2" });
    await figure.getByRole("button", { name: "Down" }).click();
    await figure.locator(".heat-box").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toMatch(/^plane2\/spine0 -> plane2\/leaf0: 60/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("plane2/spine2 -> plane2/leaf1: failed");
    await pick(figure, "Tier").selectOption({ label: "gpu-leaf" });
    await expect.poll(() => figure.locator("figcaption").innerText()).toContain("A row is one switch");
    await tiers.locator(".heat-box").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect.poll(() => figure.locator("h3").innerText()).toMatch(/^Links of .*, (plane 0|plane 2|no plane)$/);
  });

  it("exports every link, and pictures", async () => {
    const page = await open(pageWith(sampleRecording()));
    const [head, ...rows] = rowsOfCsv((await download(page, "links", "CSV")).data.toString());
    expect(head).toEqual(["link", "utilisation", "bytes", "rate_bps", "failed", "parallel"]);
    expect(rows.length).toBe(8 * 4 * 4);
    expect(rows.find((r) => r[0] === "plane3/leaf2 -> plane3/spine1")).toEqual([
      "plane3/leaf2 -> plane3/spine1",
      "0.9",
      "45000",
      "400000000000",
      "0",
      "1",
    ]);
    expect(rows.filter((r) => r[4] === "1").map((r) => r[0])).toEqual(["plane2/leaf1 -> plane2/spine2"]);
    for (const name of ["links", "tiers-planes", "tier-to-tier", "bytes-by-tier"]) {
      const svg = (await download(page, name, "SVG")).data.toString();
      expect(svg, name).toMatch(/^<svg xmlns[^]*<\/svg>\n$/);
      expect((await download(page, name, "PNG")).data.subarray(1, 4).toString(), name).toBe("PNG");
    }
  });

  it("sorts the fullest links", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="top-links"]');
    const first = figure.locator("tbody tr").first();
    await expect.poll(() => first.innerText()).toMatch(/^plane3\/leaf0 -> plane3\/spine0\tleaf-spine\t3\t32\t\s*90\.0 %/);
    await figure.getByRole("button", { name: "Rate" }).click(); // the fastest first
    await expect.poll(() => first.innerText()).toContain("nvlink");
    await expect.poll(() => figure.locator("th", { hasText: "Rate" }).getAttribute("aria-sort")).toBe("descending");
    await figure.getByRole("button", { name: "Each link" }).click();
    await expect.poll(() => figure.locator("tbody tr").count()).toBe(20);
  });

  it("begins all bars of the fullest links at one place", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf("perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1M", "-e", "1M"));
    const figure = page.locator('[data-figure="top-links"]');
    await expect.poll(() => figure.locator("tbody").innerText()).toMatch(/\d\.\d %[^]*\b0 %/); // of different lengths
    const starts = await figure.locator(".bar").evaluateAll((all) => all.map((bar) => Math.round(bar.getBoundingClientRect().left)));
    expect(new Set(starts).size).toBe(1);
  });

  it("tells bytes of a band, and turns what does not climb", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="bytes-by-tier"]');
    // 32 cards a plane send 25,000 bytes each; 16 links up (15 in plane 2) carry 30,000, 45,000 in plane 3.
    const [, ...rows] = rowsOfCsv((await download(page, "bytes-by-tier", "CSV")).data.toString());
    const flow = (from: string, to: string) => rows.find((r) => r[0] === from && r[1] === to)?.[2];
    expect(flow("cards: send", "leaves plane 0 ↑")).toBe("800000");
    expect(flow("leaves plane 0 ↑", "spines plane 0 ↑")).toBe("480000");
    expect(flow("leaves plane 0 ↑", "leaves plane 0 ↓")).toBe("320000");
    expect(flow("leaves plane 2 ↑", "spines plane 2 ↑")).toBe("450000");
    expect(flow("leaves plane 3 ↑", "spines plane 3 ↑")).toBe("720000");
    await figure.locator("path[role=img]").first().focus();
    await expect.poll(() => figure.locator(".heat-told").innerText()).toMatch(/^cards: send → .* (KiB|MiB), /);
  });

  it("changes language and colours in place", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('#stuck [data-figure="links"]');
    const drawn = () => figure.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const light = await drawn();
    await page.getByRole("button", { name: "Dark" }).click();
    await expect.poll(drawn).not.toBe(light);
    await page.getByRole("button", { name: "中文" }).click();
    await expect.poll(() => figure.locator("h3").innerText()).toBe("leaf-spine 的链路，全部平面");
    await expect.poll(() => figure.locator("svg").first().innerHTML()).toContain("平面");
    await expect.poll(() => page.locator("#fabric, #time").allInnerTexts().then((all) => all.join())).not.toMatch(/undefined|NaN/);
  });

  it("looks as before", async () => {
    await expectPicture((await open(pageWith(sampleRecording()))).locator("#stuck"), "stuck-light");
    await expectPicture((await open(pageWith(sampleRecording()), { colorScheme: "dark", locale: "zh-CN" })).locator("#stuck"), "stuck-dark-zh");
    await expectPicture((await open(pageWith(sampleRecording()), { viewport: { width: 375, height: 800 } })).locator("#stuck"), "stuck-phone");
  });
});
