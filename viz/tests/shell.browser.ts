import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { file, jsonOf, open, openFiles, pageOf, pageWith, polyplane, template, useBrowser } from "./browser";
import { gzipSync } from "node:zlib";
import { sampleRecording } from "./sample_recording";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];

describe("the explorer", () => {
  it("opens empty, and takes results one after the other", async () => {
    const page = await open(template);
    expect(await page.locator("h1").innerText()).toBe("Drop a result here");
    await openFiles(page, jsonOf(...perf).path);
    expect(await page.locator("section.view").count()).toBeGreaterThan(3);
    await openFiles(page, jsonOf("topo", "deepseek-v3-2048").path);
    await page.waitForSelector(".open-list");
    expect(await page.locator(".open-list li").count()).toBe(2);
    await page.locator(".open-list button").first().click();
    await page.waitForFunction(() => document.querySelector(".open-list") === null);
    expect(await page.locator("article.answer").getAttribute("data-kind")).toBe("topo");
  });

  it("takes a file that is dropped anywhere", async () => {
    const page = await open(template);
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.json"));
      return data;
    }, jsonOf(...perf).text);
    await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
    expect(await page.locator(".drop-layer").isVisible()).toBe(true);
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    await page.waitForSelector("article.answer");
    expect(await page.locator(".drop-layer").count()).toBe(0);
  });

  it("takes files that are dropped while others are read", async () => {
    const page = await open(template);
    await page.evaluate((text) => {
      for (const name of ["one.json", "two.json", "three.json"]) {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer }));
      }
    }, jsonOf(...perf).text);
    await expect.poll(() => page.locator(".open-list li").count()).toBe(3);
    expect(await page.locator(".troubles").innerText()).toBe("");
  });

  it("says in one sentence why a file cannot be shown, and goes on", async () => {
    const page = await open(template);
    const bad = file("bad <b>.json");
    writeFileSync(bad, '{"schema": "other/1"}');
    const cut = file("cut.pprec");
    writeFileSync(cut, gzipSync("x".repeat(1000)).subarray(0, 20));
    await openFiles(page, bad, cut, jsonOf(...perf).path);
    await page.waitForSelector("article.answer");
    const troubles = await page.locator(".trouble").evaluateAll((all) => all.map((one) => one.firstChild?.textContent));
    expect(troubles).toEqual([
      "“bad <b>.json” cannot be shown: its schema “other/1” is not one that this page knows: polyplane/report/1, compare/1, topo/1, sweep/1, tune/1, validate/1.",
      "“cut.pprec” cannot be shown: it starts like a compressed file, but is damaged or cut off.",
    ]);
    await page.locator(".trouble button").first().click();
    expect(await page.locator(".trouble").count()).toBe(1);
  });

  it("names the command that makes of a cluster's text what can be dropped, and takes what that makes", async () => {
    const page = await open(template);
    const cluster = file("mine.textproto");
    writeFileSync(cluster, readFileSync("../configs/clusters/dgx-h100.textproto"));
    await openFiles(page, cluster);
    const command = /polyplane (topo mine\.textproto --record mine\.textproto\.pprec)/.exec(await page.locator(".trouble").innerText());
    const words = command?.[1]?.split(" ").map((word) => (word.startsWith("mine.") ? file(word) : word)) ?? [];
    polyplane(...words);
    await openFiles(page, file("mine.textproto.pprec"));
    await page.waitForSelector("article.answer[data-kind=topo]");
    await page.waitForSelector("#fabric [data-figure]");
    // What topo prints opens as well; it has no graph.
    const printed = await open(template);
    await openFiles(printed, jsonOf("topo", cluster).path);
    await printed.waitForSelector("article.answer[data-kind=topo]");
    expect(await printed.locator("#fabric").innerText()).toContain("Not in this recording.");
  });

  it("reads a report that was written before", async () => {
    const page = await open(template);
    await openFiles(page, pageWith({ name: "inner", result: { case: "topo", value: JSON.parse("{}") } }));
    await page.waitForSelector("section#provenance");
    expect(await page.locator(".origin h3").innerText()).toBe("inner");
  });
});

describe("a page with damaged data", () => {
  it("says so and stays the explorer", async () => {
    const page = await open(pageOf(new Uint8Array([1, 2, 3])));
    expect(await page.locator(".trouble").innerText()).toContain("“the data of this page” cannot be shown");
    expect(await page.locator("h1").innerText()).toBe("Drop a result here");
  });
});

describe("the page", () => {
  it("speaks two languages, and remembers", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf).path);
    await page.getByRole("button", { name: "中文" }).click();
    expect(await page.locator("h2").first().innerText()).toBe("答案");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
    expect(await page.locator("[data-figure='busbw-all_reduce'] h3").innerText()).toBe("all_reduce：busbw");
    await page.reload();
    expect(await page.locator("h1").innerText()).toBe("将结果文件拖到此处");
    await page.getByRole("button", { name: "English" }).click();
    expect(await page.locator("h1").innerText()).toBe("Drop a result here");
  });

  it("has light and dark colours, by the system or by choice, and prints on white", async () => {
    const page = await open(template, { colorScheme: "dark" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe("rgb(18, 21, 24)");
    await page.getByRole("button", { name: "Light" }).click();
    expect(await paper()).toBe("rgb(246, 246, 243)");
    await page.getByRole("button", { name: "Dark" }).click();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expect.poll(paper).toBe("rgb(246, 246, 243)");
    expect(await page.locator(".page-tools").isVisible()).toBe(false);
  });

  it("is walked through with the keyboard, in the order of reading", async () => {
    const page = await open(template);
    await openFiles(page, jsonOf(...perf).path);
    await page.evaluate(() => document.body.focus());
    const order: string[] = [];
    for (let i = 0; i < 12; ++i) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement?.textContent ?? ""));
    }
    expect(order.slice(0, 9)).toEqual(["Skip to the content", "Open a result…", "Print", "Light", "Dark", "System", "English", "中文", "The answer"]);
    // Whatever can have the focus has a name.
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, a, input:not([hidden]), select, summary, [tabindex='0']")]
        .filter((element) => !(element.textContent?.trim() || element.getAttribute("aria-label") || element.closest("label")))
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(nameless).toEqual([]);
  });

  it("leaves the browser its own keys, wherever the focus is", async () => {
    const page = await open(pageWith(sampleRecording()));
    await openFiles(page, jsonOf(...perf).path, jsonOf("validate", "a100-8-ml-engineering", "mi300x-8-rccl").path);
    for (const place of [".curve-plot", ".stacked-bar", ".heat-box", ".lanes-box", ".tree", ".layered", "svg.scatter"]) await page.waitForSelector(place);
    const taken = await page.evaluate(() => {
      const keys = ["+", "=", "-", "0", "Home", "End", ...["Left", "Right", "Up", "Down"].map((way) => `Arrow${way}`)];
      const held = [{ ctrlKey: true }, { altKey: true }, { metaKey: true }];
      return [...document.querySelectorAll("main [tabindex='0']")].flatMap((element) =>
        keys.filter((key) => held.some((one) => !element.dispatchEvent(new KeyboardEvent("keydown", { key, ...one, bubbles: true, cancelable: true })))).map((key) => `${key} at ${element.getAttribute("class")}`),
      );
    });
    expect([...new Set(taken)]).toEqual([]);
  });

  it("needs no sideways scrolling on a phone", async () => {
    const page = await open(template, { viewport: { width: 375, height: 700 } });
    await openFiles(page, jsonOf(...perf).path);
    await page.waitForSelector("article.answer");
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  });

  it("asks for nothing that its policy would refuse", () => {
    const html = readFileSync(template, "utf8");
    expect(html).toMatch(/content="default-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval'; style-src 'sha256-[^']+'; img-src blob: data:; base-uri 'none'; form-action 'none'"/);
    expect(html.match(/@@DATA@@/g)).toHaveLength(1);
    expect(html).not.toMatch(/<[a-z]+ [^>]*\b(src|href)="(https?:)?\/\//);
  });

});
