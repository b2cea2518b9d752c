import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { RecordingSchema, ViewSchema } from "../src/schema";

// The built page in Chromium, as people open it: from a file, with no server. Every page that a test opens is held to
// zero errors on the console, zero requests and zero reports of the content security policy.

const viz = dirname(dirname(fileURLToPath(import.meta.url)));
export const template = process.env["REPORT_PAGE"] ?? join(viz, "dist", "report.html");
const shared = process.env["POLYPLANE_VIZ_FOLDER"] ?? tmpdir(); // of all files, see folder.ts
const folder = mkdtempSync(join(shared, "file-"));

export function file(name: string): string {
  return join(folder, name);
}

// ./build/polyplane, or the one that POLYPLANE names.
export const program = process.env["POLYPLANE"] ?? join(viz, "..", "build", "polyplane");

export function polyplane(...words: string[]): string {
  return execFileSync(program, words, { cwd: join(viz, ".."), maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] }).toString();
}

// A file that a command makes, at a place that follows from its words. Two files of tests that want it at the same time make
// it twice, and the later replaces the earlier whole.
function madeOnce(words: readonly string[], ending: string, make: (path: string) => void): string {
  const path = join(shared, `${createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 16)}.${ending}`);
  if (!existsSync(path)) {
    const mine = file(`making.${ending}`);
    rmSync(mine, { force: true });
    make(mine);
    renameSync(mine, path);
  }
  return path;
}

// What a command prints with --format json, in a file.
export function jsonOf(...words: string[]): { path: string; text: string } {
  const path = madeOnce(words, "json", (to) => writeFileSync(to, polyplane(...words, "--format", "json", "--quiet")));
  return { path, text: readFileSync(path, "utf8") };
}

// What a command recorded, in a file.
export function recordingOf(...words: string[]): string {
  return madeOnce(words, "pprec", (to) => polyplane(...words, "--quiet", "--record", to));
}

// The page with data in it, as `polyplane report` writes it.
export function pageWith(...recordings: MessageInitShape<typeof RecordingSchema>[]): string {
  const view = create(ViewSchema, { recordings: recordings.map((one) => create(RecordingSchema, one)) });
  return pageOf(gzipSync(toBinary(ViewSchema, view)));
}

let pages = 0;

export function pageOf(view: Uint8Array): string {
  const path = file(`page-${pages++}.html`);
  writeFileSync(path, readFileSync(template, "utf8").replace("@@DATA@@", Buffer.from(view).toString("base64")));
  return path;
}

export interface Opened {
  page: Page;
  complaints: string[];
}

let browser: Browser | undefined;
const opened: Opened[] = [];

// To be called once in every file of tests.
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--font-render-hinting=none"],
    });
  });
  afterEach(async () => {
    for (const { page, complaints } of opened.splice(0)) {
      complaints.push(...(await page.evaluate(() => (window as unknown as { policyReports: string[] }).policyReports)));
      await page.context().close();
      expect(complaints).toEqual([]);
    }
  });
  afterAll(async () => {
    await browser?.close();
  });
}

export async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (!browser) throw new Error("useBrowser() comes first");
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    colorScheme: "light",
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const own = pathToFileURL(path).href;
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    // Figures on their way to a PNG, and files that the page hands over, are blobs of its own.
    if (url.split("#")[0] !== own && !url.startsWith("blob:")) complaints.push(`request: ${url}`);
  });
  await page.addInitScript(() => {
    const reports: string[] = [];
    (window as unknown as { policyReports: string[] }).policyReports = reports;
    document.addEventListener("securitypolicyviolation", (event) =>
      reports.push(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  opened.push({ page, complaints });
  await page.goto(own);
  await page.waitForFunction(() => performance.getEntriesByName("polyplane-ready").length > 0);
  return page;
}

// Opens files in the explorer.
export async function openFiles(page: Page, ...paths: string[]): Promise<void> {
  await page.locator("header input[type=file]").setInputFiles(paths);
  await page.waitForSelector("section.view, .trouble");
}

// Presses a button that hands over a file.
export async function download(page: Page, figure: string, button: string): Promise<{ name: string; data: Buffer }> {
  const waiting = page.waitForEvent("download");
  await page.locator(`[data-figure="${figure}"] .figure-save button`, { hasText: button }).first().click();
  const got = await waiting;
  return { name: got.suggestedFilename(), data: readFileSync(await got.path()) };
}

// Rows of RFC 4180.
export function rowsOfCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g;
  for (const [whole, quoted, plain, end] of text.matchAll(pattern)) {
    if (whole === "" && end === "") break;
    rows[rows.length - 1]?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0 && row.join("") !== "");
}
