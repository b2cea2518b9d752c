import { describe, expect, it } from "vitest";
import { shown } from "./names";

describe("names", () => {
  it("leaves plain names as they are", () => {
    for (const name of ["deepseek-v3-2048", "<img src=x onerror=alert(1)>", "node0/gpu1 -> leaf", "昇腾 910B", ""]) {
      expect(shown(name)).toBe(name);
    }
  });
  it("shows control characters", () => {
    expect(shown("a\u0000b\nc\u001b[31m")).toContain("␀");
    expect(shown("a\u0000b\nc\u001b[31m")).toMatch(/^\u2068a␀b␊c␛\[31m\u2069$/);
  });
  it("keeps the other direction to its place", () => {
    expect(shown("\u202Eevil")).toBe("\u2068evil\u2069");
    expect(shown("שלום")).toBe("\u2068שלום\u2069");
  });
  it("cuts what is very long, by characters", () => {
    const long = shown("x".repeat(10_000));
    expect([...long].length).toBeLessThan(170);
    expect(long).toContain("…");
    expect(shown("😀".repeat(300), 10)).toBe(`\u2068${"😀".repeat(9)}…\u2069`);
  });
});
