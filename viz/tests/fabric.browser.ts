import { describe, expect, it } from "vitest";
import { DeviceTable_Kind } from "../src/schema";
import { makeFabric, railFabric } from "../src/model/fabric_fixture";
import { download, open, openFiles, pageWith, recordingOf, rowsOfCsv, template, useBrowser } from "./browser";
import { expectPicture } from "./pictures";
import { sampleRecording } from "./sample_recording";

useBrowser();

describe("the fabric", () => {
  it("opens groups by click, and marks faults at all that hold them", async () => {
    const page = await open(pageWith(sampleRecording()));
    const section = page.locator("#fabric");
    await expect.poll(() => section.locator('[data-group="cluster/plane2"] .tree-fault').count()).toBe(1);
    await expect.poll(() => section.locator('[data-group="cluster/plane1"] .tree-fault').count()).toBe(0);
    await section.locator('[data-group="cluster/plane2"]').click();
    const figure = section.locator('[data-figure="fabric"]');
    await expect.poll(() => figure.locator("h3").innerText()).toBe("Inside: Plane 2");
    await expect.poll(() => figure.locator(".layered path[d]").count()).toBeGreaterThanOrEqual(16);
    await expect.poll(() => figure.locator(".fabric-summary").innerText()).toContain("2 links failed");
    await section.locator('[data-group="cluster/plane2/tier1"] .twist').click();
    await expect.poll(() => section.locator('[role=treeitem][data-group^="cluster/plane2/tier1/"]').count()).toBe(4);
    const [, ...rows] = rowsOfCsv((await download(page, "fabric", "CSV")).data.toString());
    expect(rows.length).toBe(16);
    expect(rows.filter((r) => r[3] === "2").map((r) => [r[0], r[1]])).toEqual([["plane2/leaf1", "plane2/spine2"]]);
  });

  it("is walked with the keyboard", async () => {
    const page = await open(pageWith(sampleRecording()));
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-group"));
    await page.locator('#fabric [role=treeitem][tabindex="0"]').focus();
    expect(await focused()).toBe("cluster");
    await page.keyboard.press("ArrowDown");
    await expect.poll(focused).toBe("cluster/plane0");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(focused).toBe("cluster/plane0/tier2");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator('[data-figure="fabric"] h3').innerText()).toBe("Inside: spines");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(focused).toBe("cluster/plane0");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator('[data-group="cluster/plane0"]').getAttribute("aria-expanded")).toBe("false");
  });

  it("opens what is clicked in the drawing", async () => {
    const page = await open(pageWith(sampleRecording()));
    await page.locator('[data-group="cluster/plane3"]').click();
    await page.locator('[data-figure="fabric"] [data-item="spine1"]').click();
    await expect.poll(() => page.locator('[data-figure="fabric"] h3').innerText()).toBe("Inside: plane3/spine1");
    await expect.poll(() => page.locator('#fabric [role=treeitem][aria-selected="true"] .tree-name').innerText()).toContain("plane3/spine1");
    await page.locator('[data-figure="fabric"] [data-item="leaf0"]').hover();
    await expect.poll(() => page.locator('[data-figure="fabric"] .heat-told').innerText()).toMatch(/^plane3\/leaf0: 12 cables/);
  });

  it("keeps what a finger has touched until it touches something else", async () => {
    const page = await open(pageWith(sampleRecording()), { hasTouch: true });
    await page.locator('[data-group="cluster/plane3"]').click();
    const figure = page.locator('[data-figure="fabric"]');
    const told = figure.locator(".heat-told");
    const hint = "Point at a device or a cable to read it.";
    await figure.locator(".layered").scrollIntoViewIfNeeded();
    await expect.poll(() => told.innerText()).toBe(hint);
    // A quarter down the line of the first spine to the first leaf, which are one above the other.
    const spine = (await figure.locator('[data-item="spine0"] rect').boundingBox())!;
    const leaf = (await figure.locator('[data-item="leaf0"] rect').boundingBox())!;
    const x = spine.x + spine.width / 2;
    const y = spine.y + spine.height + (leaf.y - spine.y - spine.height) / 4;
    await page.touchscreen.tap(x, y);
    await expect.poll(() => told.innerText()).toMatch(/spine0.*leaf0|leaf0.*spine0/);
    await page.touchscreen.tap(spine.x - 20, spine.y + 10); // beside all of it
    await expect.poll(() => told.innerText()).toBe(hint);
    await page.touchscreen.tap(x - 6, y); // a finger is not as thin as a line
    await expect.poll(() => told.innerText()).toMatch(/spine0.*leaf0|leaf0.*spine0/);
    await page.touchscreen.tap(spine.x + 10, spine.y + 10); // opens the spine, and tells nothing of what was drawn before
    await expect.poll(() => figure.locator("h3").innerText()).toBe("Inside: plane3/spine0");
    await page.locator("#fabric h2").tap();
    await expect.poll(() => told.innerText()).toBe(hint);
  });

  it("draws all shortest paths, says how many, and says what is wrong", async () => {
    const page = await open(pageWith(sampleRecording()));
    const figure = page.locator('[data-figure="path"]');
    const [from, to, draw] = [figure.getByLabel("From card"), figure.getByLabel("To card"), figure.getByRole("button", { name: "Draw" })];
    const offers = () => figure.locator("datalist option").evaluateAll((all) => all.map((one) => one.getAttribute("value") ?? ""));
    expect(await offers()).toEqual([]); // a list of all cards is not looked through before somebody types
    await from.fill("node8/");
    await expect.poll(() => offers().then((all) => all.length > 1 && all.every((name) => name.includes("node8/")))).toBe(true);
    await from.fill("node8/gpu2"); // under leaf 1 of plane 2, whose link to spine 2 has failed
    await to.fill("node31/gpu2");
    await draw.click();
    await expect.poll(() => figure.locator(".path-found").innerText()).toBe("3 shortest paths of 4 links; 4.000 ns of wire latency.");
    await expect.poll(() => figure.locator(".layered [data-item]").count()).toBe(1 + 1 + 3 + 1 + 1);
    await to.fill("0"); // a number is a rank: gpu0 of node0 is on another plane
    await draw.click();
    await expect.poll(() => figure.locator(".path-found").innerText()).toContain("(PXN)");
    await to.fill("<b>nobody</b>");
    await draw.click();
    await expect.poll(() => figure.getByRole("alert").innerText()).toContain("There is no card “");
    await to.fill("node8/gpu2");
    await draw.click();
    await expect.poll(() => figure.getByRole("alert").innerText()).toBe("Choose two different cards.");
  });

  it("stays readable with 16,384 cards and 131,072 links", async () => {
    const page = await open(pageWith({ name: "big", fabrics: [railFabric(2048, 8, 64, 64)] }));
    await expect.poll(() => page.locator('[data-figure="fabric"] .layered path').count()).toBeLessThan(200);
    await page.locator('[data-group="cluster/plane5"]').click();
    await expect.poll(() => page.locator('[data-figure="fabric"] .layered path').count()).toBeLessThanOrEqual(2500);
    await expect.poll(() => page.locator('[data-figure="fabric"] .layered [data-item]').count()).toBe(32);
    await page.locator('[data-figure="path"]').getByRole("button", { name: "Draw" }).click();
    await expect.poll(() => page.locator(".path-found").innerText()).toMatch(/^128 shortest paths of 6 links/);
  });

  it("draws of a job on few cards what it uses, and the rest when asked for", async () => {
    const page = await open(template);
    await openFiles(page, recordingOf("perf", "all_reduce", "--cluster", "tpu-v4-pod", "--ranks", "64", "-b", "64M", "-e", "64M"));
    const figure = page.locator('[data-figure="fabric"]');
    await expect.poll(() => figure.locator(".layered [data-item]").count()).toBe(64);
    const rest = figure.locator("[data-rest]");
    expect(await rest.innerText()).toBe("Not used by this run: 4,032 cards");
    // In the list of nodes those in use, then one line for the others.
    await page.locator('[data-group="cluster/nodes"]').click();
    await expect.poll(() => page.locator('[data-group^="cluster/nodes/"]').last().innerText()).toContain("Not used by this run");
    await page.locator('[data-group="cluster"]').click();
    await rest.click();
    await expect.poll(() => figure.locator("h3").innerText()).toContain("Not used by this run");
    await expect.poll(() => figure.locator(".layered [data-item]").count()).toBeGreaterThan(2);
    await page.locator('[data-group="cluster"]').click();
    await figure.getByLabel("Used first").uncheck();
    await expect.poll(() => rest.count()).toBe(0);
    await expect.poll(() => figure.locator(".fabric-summary").innerText()).toContain("4,096 cards");
  });

  it("keeps hostile names text", async () => {
    const evil = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202egpu\u0007", "x".repeat(10_000)];
    const fabric = makeFabric(
      [
        ...evil.map((name) => ({ name, kind: DeviceTable_Kind.accelerator, node: 0, domain: 0 })),
        { name: "<b>switch</b>", kind: DeviceTable_Kind.network_switch, tier: 1, plane: 0 },
      ],
      evil.map((from) => ({ from, to: "<b>switch</b>", tier: "</style><i>", plane: 0 })),
    );
    fabric.cluster = "<svg onload=alert(1)>";
    fabric.faults = ["<img src=x onerror=alert(2)>"];
    const page = await open(pageWith({ name: "<script>", fabrics: [fabric] }));
    await page.locator('[data-group="cluster/plane0"]').click();
    await page.locator('[data-figure="fabric"] input[type=checkbox]').check();
    await page.locator('[data-figure="path"]').getByRole("button", { name: "Draw" }).click();
    await expect.poll(() => page.locator(".path-found").count()).toBe(1);
    await expect.poll(() => page.locator("#fabric img, #fabric script, #fabric b, #fabric i").count()).toBe(0);
    await download(page, "fabric", "SVG");
    await download(page, "path", "PNG");
  });

  it("looks as before", async () => {
    const page = await open(pageWith(sampleRecording()));
    await page.locator('[data-group="cluster/plane2"]').click();
    await page.locator('[data-figure="path"]').getByRole("button", { name: "Draw" }).click();
    await page.mouse.move(0, 0);
    await expectPicture(page.locator("#fabric"), "fabric-light");
    const phone = await open(pageWith(sampleRecording()), { viewport: { width: 375, height: 800 }, colorScheme: "dark", locale: "zh-CN" });
    await expectPicture(phone.locator("#fabric"), "fabric-phone-dark-zh");
  });
});
