import { equals, fromJson } from "@bufbuild/protobuf";
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { readStore } from "../src/data/read_store";
import { startSqlite } from "../src/data/sqlite";
import { SweepReportSchema, ViewSchema } from "../src/schema";
import { download, file, open, openFiles, pageWith, polyplane, program, template, useBrowser } from "./browser";

useBrowser();

const experiment = "configs/experiments/all-reduce-with-faults.textproto";
const grid = [
  "--vary", "collectives.size=1M,8M", "--vary", "faults=[],[plane=3]",
  "--vary", "collectives.algorithm=ring,double_binary_tree",
];

function sweep(name: string, ...words: string[]): string {
  const store = file(name);
  polyplane("sweep", experiment, "--store", store, "--quiet", ...words);
  return store;
}

// Runs until some rows were added beside the file, and is then ended by `signal`.
async function brokenOff(name: string, signal: NodeJS.Signals): Promise<string> {
  const store = file(name);
  const words = ["sweep", experiment, "--store", store, "--quiet", "-j", "1", "--vary", "collectives.size=1M", "--vary", "seed=1..500"];
  const child = spawn(program, words, { cwd: "..", stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const log = `${store}-wal`;
  let before = 0;
  for (let grown = 0; grown < 8; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (child.exitCode !== null) throw new Error(`the sweep ended by itself (${child.exitCode})`);
    const size = existsSync(log) ? statSync(log).size : 0;
    if (size > before) ++grown;
    before = size;
  }
  child.kill(signal);
  await ended;
  return store;
}

async function troubleOf(path: string): Promise<string> {
  const page = await open(template);
  await openFiles(page, path);
  return page.locator(".trouble").innerText();
}

describe("the store of a sweep", () => {
  it.each([
    ["a grid", []],
    ["a shard", ["--shard", "1/3"]],
    ["a search", ["--budget", "5", "--minimise", "time"]],
  ])("of %s reads as polyplane report reads it, value by value", async (name, words) => {
    const store = sweep(`${name}.store`, ...grid, ...words);
    const view = fromJson(ViewSchema, JSON.parse(polyplane("report", store, "--format", "json")));
    const expected = view.recordings[0]?.result;
    if (expected?.case !== "sweep") throw new Error("no sweep");
    const wasm = readFileSync(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm"));
    const found = readStore(new Uint8Array(readFileSync(store)), await startSqlite(new Uint8Array(wasm)));
    expect(found).toEqual(expected.value);
    expect(equals(SweepReportSchema, found, expected.value)).toBe(true);
    expect(found.points.length).toBeGreaterThan(1);
  });

  it("is shown in the explorer as in a page of its own", async () => {
    const store = sweep("shown.store", ...grid);
    const report = file("shown.html");
    polyplane("report", store, "-o", report);
    const dropped = await open(template);
    await openFiles(dropped, store);
    const made = await open(report);
    const rows = async (page: typeof made) => (await download(page, "rows", "CSV")).data.toString();
    const text = await rows(dropped);
    expect(text.split("\r\n")).toHaveLength(8 + 2); // a header, and an end of the last line
    expect(text).toBe(await rows(made));
    const fingerprint = (page: typeof made) => page.locator("#provenance .origin").innerText().then((all) => /[0-9a-f]{16}/.exec(all)?.[0]);
    expect(await fingerprint(dropped)).toMatch(/^[0-9a-f]{16}$/);
    expect(await fingerprint(dropped)).toBe(await fingerprint(made));
    expect(await dropped.locator("#provenance").innerText()).not.toContain("--record"); // of which sweep has none
  });

  it("that was interrupted is shown with what is open", async () => {
    const page = await open(template);
    await openFiles(page, await brokenOff("interrupted.store", "SIGINT"));
    await expect.poll(() => page.locator("#compare search [role=status]").innerText()).toBe("500 of 500 rows");
    const [, ...rows] = (await download(page, "rows", "CSV")).data.toString().trimEnd().split("\r\n");
    const states = rows.map((row) => /\b(done|open|failed)\b/.exec(row)?.[0]);
    expect(states.filter((state) => state === "done").length).toBeGreaterThan(2);
    expect(states).toContain("open");
  });

  it("that was killed has rows beside it, and says so", async () => {
    expect(await troubleOf(await brokenOff("killed.store", "SIGKILL"))).toContain("its newest points may stand in the -wal file beside it");
  });

  it("that cannot be read says why, in one sentence", async () => {
    const store = sweep("whole.store", ...grid);
    const whole = readFileSync(store);
    const changed = (name: string, change: (bytes: Buffer) => Buffer) => {
      const path = file(name);
      copyFileSync(store, path);
      writeFileSync(path, change(Buffer.from(whole)));
      return path;
    };
    // The file format has the version at 60 and the application at 68, four bytes each.
    expect(await troubleOf(changed("later.store", (b) => (b.writeUInt32BE(9, 60), b)))).toContain("its schema is 9, this page reads 1");
    expect(await troubleOf(changed("other.db", (b) => (b.writeUInt32BE(9, 68), b)))).toContain("but not the store of a sweep");
    expect(await troubleOf(changed("cut.store", (b) => b.subarray(0, b.length / 2)))).toContain("damaged or cut off");
    expect(await troubleOf(changed("scratched.store", (b) => (b.fill(0x41, 4096, b.length), b)))).toContain("damaged or cut off");
  });

  it("is left to the explorer by a page that carries data, whose policy has no word for it", async () => {
    const report = file("data.html");
    polyplane("report", sweep("small.store", ...grid), "-o", report);
    const html = readFileSync(report, "utf8");
    expect(html).not.toMatch(/wasm-unsafe-eval|polyplane-sqlite">/);
    expect(html.length).toBeLessThan(readFileSync(template, "utf8").length / 1.5);
    const page = await open(report);
    await page.locator("header input[type=file]").setInputFiles(file("small.store"));
    await page.waitForSelector(".trouble");
    expect(await page.locator(".trouble").innerText()).toContain("polyplane report STORE -o report.html");
  });

  it("opens beside another result", async () => {
    const page = await open(template);
    await openFiles(page, sweep("beside.store", ...grid), pageWith({ name: "inner", result: { case: "topo", value: {} } }));
    await page.waitForSelector(".open-list");
    expect(await page.locator(".open-list li").allInnerTexts()).toHaveLength(2);
  });
});
