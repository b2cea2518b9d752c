import { describe, expect, it } from "vitest";
import { download, open, pageWith, rowsOfCsv, useBrowser } from "./browser";
import { expectPicture } from "./pictures";
import { sampleRecording } from "./sample_recording";

useBrowser();

describe("time", () => {
  it("tells the use of a tier in a bin", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="links-over-time"]');
    await figure.locator(".heat-box").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("nvlink, 990.0 ns to 1.000 µs: 0 %");
    const [head, ...rows] = rowsOfCsv((await download(page, "links-over-time", "CSV")).data.toString());
    expect(head).toEqual(["tier", "plane", "link", "begin_ps", "utilisation"]);
    expect(rows.length).toBe(17 * 100);
    await download(page, "links-over-time", "PNG");
  });

  it("zooms both figures at once, by buttons and by wheel", async () => {
    const page = await open(pageWith(sampleRecording()));
    const span = page.locator("#time .span-controls .note");
    await expect.poll(() => span.innerText()).toBe("0 s to 1.000 µs");
    await page.getByRole("button", { name: "Nearer" }).click();
    await expect.poll(() => span.innerText()).toBe("250.0 ns to 750.0 ns");
    await page.getByRole("button", { name: "Earlier" }).click();
    await expect.poll(() => span.innerText()).toBe("0 s to 500.0 ns");
    await page.locator(".lanes-box").hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect.poll(() => span.innerText()).not.toBe("0 s to 500.0 ns");
    await page.locator("#time").getByRole("button", { name: "All", exact: true }).click();
    await expect.poll(() => span.innerText()).toBe("0 s to 1.000 µs");
  });

  it("shows the lanes of chosen actors and reads an interval", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="lanes"]');
    await expect.poll(() => figure.locator("p.note").first().innerText()).toBe("4 of 16 actors were recorded.");
    const lanes = figure.locator(".lanes-box");
    await lanes.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toBe("stage 0, compute: B · backward · compute, 35.0000 ns to 70.0000 ns (35.00 ns)");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => figure.locator(".heat-told").innerText()).toMatch(/^stage 0, ep: all-to-all · ep dispatch · collective, 25\.0000 ns/);
    const before = (await lanes.boundingBox())!.height;
    await figure.getByLabel("stage 3").uncheck();
    expect((await lanes.boundingBox())!.height).toBeLessThan(before);
    const [, ...rows] = rowsOfCsv((await download(page, "lanes", "CSV")).data.toString());
    expect(rows.length).toBe(3 * (24 + 12));
    expect((await download(page, "lanes", "SVG")).data.toString()).toContain("<image");
    for (const stage of [0, 1, 2]) await figure.getByLabel(`stage ${stage}`).uncheck();
    await expect.poll(() => figure.innerText()).toContain("Choose an actor");
    // Lanes that come back follow the width of the window as before.
    await figure.getByLabel("stage 0").check();
    await page.setViewportSize({ width: 700, height: 800 });
    await expect.poll(async () => Math.abs((await lanes.locator("svg").boundingBox())!.width - (await lanes.boundingBox())!.width)).toBeLessThan(1);
  });

  it("says that nothing happens in a part of time, and how to leave it", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="lanes"]');
    const told = figure.locator(".heat-told");
    await expect.poll(() => told.innerText()).toContain("Drag to move");
    for (const stage of [1, 2, 3]) await figure.getByLabel(`stage ${stage}`).uncheck();
    // Stage 0 computes until 520 ns and again from 525 ns. Windows have a middle of 500 ns, 515.625 (half of 31.25 later) and
    // 523.4375 (half of 15.625 later), and at last a width of 1000 / 512 ns.
    const press = async (name: string, times = 1) => {
      for (let i = 0; i < times; ++i) await page.getByRole("button", { name }).click();
    };
    await press("Nearer", 5);
    await press("Later");
    await press("Nearer");
    await press("Later");
    await press("Nearer", 3);
    await expect.poll(() => told.innerText()).toBe("Nothing of these actors happens from 522.461 ns to 524.414 ns. “All” above shows the whole time again; an arrow key goes to an interval.");
    expect(await figure.innerText()).not.toContain("Drag");
    await figure.locator(".lanes-box").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => told.innerText()).toBe("stage 0, compute: F · forward · compute, 525.000 ns to 550.000 ns (25.00 ns)");
    await expect.poll(() => page.locator("#time .span-controls .note").innerText()).toBe("524.0 ns to 526.0 ns"); // what is told is in sight
    await page.locator("#time").getByRole("button", { name: "All", exact: true }).click();
    await expect.poll(() => page.locator("#time .span-controls .note").innerText()).toBe("0 s to 1.000 µs");
  });

  it("tells what a finger has touched", async () => {
    const page = await open(pageWith(sampleRecording()), { hasTouch: true });
    const figure = page.locator('[data-figure="lanes"]');
    await figure.locator(".lanes-box").scrollIntoViewIfNeeded();
    const box = (await figure.locator(".lanes-box").boundingBox())!;
    await page.touchscreen.tap(box.x + 160, box.y + 30);
    await expect.poll(() => figure.locator(".heat-told").innerText()).toMatch(/^stage 0, compute: .* ns/);
  });

  it("says how to open the Perfetto trace, and links to nothing", async () => {
    const page = await open(pageWith(sampleRecording()));
    await expect.poll(() => page.locator("#time").innerText()).toContain("ui.perfetto.dev");
    await expect.poll(() => page.locator("#time a").count()).toBe(0);
  });

  it("looks as before", async () => {
    await expectPicture((await open(pageWith(sampleRecording()))).locator("#time"), "time-light");
    await expectPicture(
      (await open(pageWith(sampleRecording()), { viewport: { width: 375, height: 800 }, colorScheme: "dark", locale: "zh-CN" })).locator("#time"),
      "time-phone-dark-zh",
    );
  });
});
