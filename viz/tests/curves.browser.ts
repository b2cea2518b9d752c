import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { download, jsonOf, open, openFiles, rowsOfCsv, template, useBrowser } from "./browser";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];

interface Row {
  size_bytes: number;
  time_us: number;
  algbw_GBps: number;
  busbw_GBps: number;
  lower_bound_us: number;
  algorithm: string;
  protocol: string;
}

const rowsOf = (text: string) => (JSON.parse(text) as { results: Row[] }).results;

async function openCurves() {
  const page = await open(template);
  const result = jsonOf(...perf);
  await openFiles(page, result.path);
  const plot = page.locator("[data-figure='time-all_reduce'] .curve-plot");
  await plot.scrollIntoViewIfNeeded();
  return { page, plot, tip: page.locator("[data-figure='time-all_reduce'] .curve-tip"), rows: rowsOf(result.text) };
}

describe("curves", () => {
  it("show the values of a point under the pointer, and by arrow keys", async () => {
    const { page, plot, tip, rows } = await openCurves();
    const box = await plot.locator(".u-over").boundingBox();
    expect(box).not.toBeNull();
    if (!box) return;
    await page.mouse.move(box.x + box.width - 3, box.y + box.height / 2);
    const last = rows[rows.length - 1];
    await expect.poll(() => tip.innerText()).toContain("256 MiB");
    expect(await tip.innerText()).toContain(`${last?.algorithm} ${last?.protocol}`);
    await plot.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => tip.innerText()).toContain("1 KiB");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => tip.innerText()).toContain("4 KiB");
    await page.keyboard.press("Escape");
    await expect.poll(() => tip.isVisible()).toBe(false);
  });

  it("zoom by dragging, by keys, and back", async () => {
    const { page, plot, tip } = await openCurves();
    const figure = page.locator("[data-figure='time-all_reduce']");
    const over = plot.locator(".u-over");
    const box = await over.boundingBox();
    if (!box) throw new Error("no plot");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const whole = figure.getByRole("button", { name: "Whole range" });
    await whole.waitFor();
    // The first point in sight is no longer the smallest size.
    const firstInSight = async () => {
      await plot.focus();
      await page.keyboard.press("ArrowRight");
      return tip.innerText();
    };
    await expect.poll(firstInSight).toMatch(/MiB|256 KiB|512 KiB/);
    // Keys go from end to end of what is in sight, and no further.
    const size = () => tip.locator("strong").innerText();
    const first = await size();
    await page.keyboard.press("End");
    await expect.poll(size).not.toBe(first);
    const last = await size();
    for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await expect.poll(size).toBe(last);
    for (const key of ["Home", "ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
    await expect.poll(size).toBe(first);
    await whole.click();
    await expect.poll(() => whole.count()).toBe(0);
    await plot.focus();
    await page.keyboard.press("+");
    await whole.waitFor();
    await page.keyboard.press("0");
    await expect.poll(() => whole.count()).toBe(0);
  });

  it("are hidden and shown by their legend, and drawn over a linear or logarithmic axis", async () => {
    const { page, plot, tip } = await openCurves();
    const legend = page.locator("#curves .legend button");
    expect(await legend.count()).toBe(2);
    await legend.nth(1).click();
    await expect.poll(() => legend.nth(1).getAttribute("aria-pressed")).toBe("false");
    // Lines are drawn a moment after the press, which takes the tip away.
    const linesAtTheEnd = async () => {
      await plot.focus();
      await page.keyboard.press("End");
      return tip.locator("tr").count();
    };
    await expect.poll(linesAtTheEnd).toBe(1);
    await legend.nth(1).click();
    await expect.poll(linesAtTheEnd).toBe(2);
    const busbw = page.locator("[data-figure='busbw-all_reduce']");
    await busbw.getByRole("button", { name: "Log", exact: true }).click();
    await expect.poll(() => busbw.getByRole("button", { name: "Log", exact: true }).getAttribute("aria-pressed")).toBe("true");
  });

  it("have the numbers of the JSON, every one, on the page and as CSV", async () => {
    const { page, rows } = await openCurves();
    const csv = await download(page, "busbw-all_reduce", "CSV");
    expect(csv.name).toBe("busbw-all_reduce.csv");
    const [head, ...lines] = rowsOfCsv(csv.data.toString());
    expect(head?.slice(1, 6)).toEqual(["size_bytes", "time_us", "algbw_GBps", "busbw_GBps", "lower_bound_us"]);
    const numbers = (line: string[]) => line.slice(1, 6).map(Number);
    const expected = rows.map((row) => [row.size_bytes, row.time_us, row.algbw_GBps, row.busbw_GBps, row.lower_bound_us]);
    expect(lines.map(numbers)).toEqual(expected);
    expect(lines.map((line) => line.slice(8))).toEqual(rows.map((row) => [row.algorithm, row.protocol]));
    const details = page.locator("[data-figure='busbw-all_reduce'] details");
    await details.locator("summary").click();
    await details.locator("tbody tr").first().waitFor();  // made when asked for
    const cells = await details.locator("tbody tr").evaluateAll((trs) => trs.map((tr) => [...tr.children].map((td) => td.textContent ?? "")));
    expect(cells.map(numbers)).toEqual(expected);
  });

  it("leave the page as SVG and PNG", async () => {
    const { page } = await openCurves();
    const svg = await download(page, "time-all_reduce", "SVG");
    const text = svg.data.toString();
    expect(text.startsWith("<svg xmlns=")).toBe(true);
    const parsed = await page.evaluate((source) => {
      const root = new DOMParser().parseFromString(source, "image/svg+xml");
      return { errors: root.querySelectorAll("parsererror").length, texts: [...root.querySelectorAll("text")].map((t) => t.textContent ?? "") };
    }, text);
    expect(parsed.errors).toBe(0);
    expect(parsed.texts).toContain("all_reduce: time");
    const png = PNG.sync.read((await download(page, "time-all_reduce", "PNG")).data);
    expect([png.width, png.height].every((side) => side > 500)).toBe(true);
    const colours = new Set<number>();
    for (let i = 0; i < png.data.length; i += 4) colours.add(png.data.readUInt32BE(i));
    expect(colours.size).toBeGreaterThan(20);
  });
});
