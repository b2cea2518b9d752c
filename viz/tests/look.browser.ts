import { describe, it } from "vitest";
import { jsonOf, open, openFiles, template, useBrowser } from "./browser";
import { docsPicture, expectPicture } from "./pictures";

useBrowser();

const perf = ["perf", "all_reduce", "--cluster", "deepseek-v3-2048", "--ranks", "64", "-b", "1K", "-e", "256M", "-f", "4", "--explain"];
const step = ["run", "configs/experiments/mixtral-8x7b-step.textproto", "--explain"];

describe("the page looks as before", () => {
  it("as explorer", async () => {
    await expectPicture(await open(template), "explorer");
  });
  for (const [name, options] of [
    // Higher than any view: a picture of an element that reaches beyond the window is cut.
    ["light", { viewport: { width: 1280, height: 1600 } }],
    ["dark-zh", { viewport: { width: 1280, height: 1600 }, colorScheme: "dark", locale: "zh-CN" }],
    ["phone", { viewport: { width: 375, height: 2400 } }],
  ] as const) {
    it(`answer, curves and bars: ${name}`, async () => {
      const page = await open(template, options);
      await openFiles(page, jsonOf(...perf).path, jsonOf(...step).path);
      await page.waitForFunction(() => document.querySelectorAll("article.answer").length > 1);
      for (const view of ["answer", "curves", "where-time-goes"]) {
        await expectPicture(page.locator(`#${view}`), `${view}-${name}`);
        if (name === "light") await docsPicture(page.locator(`#${view}`), view);
      }
    });
  }
});
