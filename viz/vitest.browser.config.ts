import { defineConfig } from "vitest/config";

// The built page in the distribution's Chromium, a browser for each file and two at a time.
export default defineConfig({
  test: {
    include: ["tests/**/*.browser.ts"],
    globalSetup: "tests/folder.ts",
    maxWorkers: 2,
    minWorkers: 1,
    retry: 1, // a browser on a busy machine may paint later than a test looks; what is wrong is wrong twice
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
