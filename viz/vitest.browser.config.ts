import { defineConfig } from "vitest/config";

// The built page in the distribution's Chromium, one browser for all files.
export default defineConfig({
  test: {
    include: ["tests/**/*.browser.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
