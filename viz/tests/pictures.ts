import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

// Reference pictures are small (a quarter of the size in each direction, every pixel the mean of its block): what a person
// sees from two metres. Fonts differ a little between machines; where things stand, and in which colour, does not.
const folder = join(dirname(fileURLToPath(import.meta.url)), "pictures");
const docs = join(folder, "..", "..", "..", "docs", "report");
const shrink = 4;
const differs = 24; // of 255, in any channel
const mayDiffer = 0.02; // of all pixels

// UPDATE_PICTURES=1 writes the reference anew; look at it before it is committed.
export async function expectPicture(what: Page | Locator, name: string): Promise<void> {
  const now = smaller(PNG.sync.read(await what.screenshot({ animations: "disabled" })));
  const path = join(folder, `${name}.png`);
  if (process.env["UPDATE_PICTURES"] || !existsSync(path)) {
    expect(process.env["UPDATE_PICTURES"], `there is no ${path}; UPDATE_PICTURES=1 writes it`).toBeTruthy();
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, PNG.sync.write(now, { deflateLevel: 9 }));
    return;
  }
  const before = PNG.sync.read(readFileSync(path));
  expect([now.width, Math.abs(now.height - before.height) <= 6], `size of ${name}`).toEqual([before.width, true]);
  const rows = Math.min(now.height, before.height);
  let different = 0;
  for (let i = 0; i < rows * now.width; ++i) {
    const apart = [0, 1, 2].some((c) => Math.abs((now.data[4 * i + c] ?? 0) - (before.data[4 * i + c] ?? 0)) > differs);
    if (apart) ++different;
  }
  const share = different / (rows * now.width);
  if (share > mayDiffer) {
    const kept = join(folder, `${name}.now.png`);
    writeFileSync(kept, PNG.sync.write(now));
    expect.fail(`${name} differs in ${(100 * share).toFixed(1)} % of its pixels; see ${kept}`);
  }
}

// The same for docs/report.md, in full; written with the references, compared with nothing.
export async function docsPicture(what: Page | Locator, name: string): Promise<void> {
  if (!process.env["UPDATE_PICTURES"]) return;
  mkdirSync(docs, { recursive: true });
  writeFileSync(join(docs, `${name}.png`), await what.screenshot({ animations: "disabled" }));
}

function smaller(picture: PNG): PNG {
  const [width, height] = [Math.floor(picture.width / shrink), Math.floor(picture.height / shrink)];
  const small = new PNG({ width, height });
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      for (let c = 0; c < 4; ++c) {
        let sum = 0;
        for (let j = 0; j < shrink; ++j) {
          for (let i = 0; i < shrink; ++i) sum += picture.data[4 * ((y * shrink + j) * picture.width + x * shrink + i) + c] ?? 0;
        }
        small.data[4 * (y * width + x) + c] = Math.round(sum / shrink ** 2);
      }
    }
  }
  return small;
}
