import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "./language";
import { said, saidWords } from "./terms";

afterEach(() => setLanguage("en"));

// The literals of the sources that say it, adjacent ones joined as a compiler does.
function literalsOf(...folders: string[]): string {
  const text = folders
    .flatMap((folder) => readdirSync(join("..", folder)).map((name) => folder + name))
    .filter((path) => path.endsWith(".cpp"))
    .map((path) => readFileSync(join("..", path), "utf8"))
    .join("\n");
  return text.replace(/"\s*\n\s*"/g, "");
}

const sources = literalsOf("sim/", "sim/view/", "collectives/training/");

describe("what polyplane says by rule", () => {
  it("is said so by its sources", () => {
    for (const word of saidWords) expect(sources, word).toContain(`"${word}"`);
    for (const part of [
      '"rate of "', '"latency of "', '"bytes out of all "', '"bytes into all "', '"bytes out of "', '"bytes into "', '"the domain of "', '"the member of "', '"scale-up domains"', '"members"',
      '"the graph: it has more than "', '" directed links"', '"lanes: a single actor has more than "', '" operations; --trace FILE writes them for ui.perfetto.dev"', '"all but the result: "', '"where the time goes: of "', '" results; --explain --record FILE keeps it of all"',
    ]) {
      expect(sources, part).toContain(part);
    }
  });

  it("has a Chinese form, with names as they are", () => {
    setLanguage("zh");
    for (const word of saidWords) expect(said(word)).toMatch(/[\u4e00-\u9fff]/);
    expect(said("rate of leaf-spine")).toBe("leaf-spine 的速率");
    expect(said("bytes out of all cards")).toBe("所有卡发出的字节");
    expect(said("bytes into the domain of node0/gpu0")).toBe("node0/gpu0 所在域收到的字节");
    expect(said("bytes out of $1 $& x")).toBe("$1 $& x 发出的字节");
    expect(said("the graph: it has more than 2000000 directed links")).toBe("图：有向链路超过 2000000 条");
    expect(said("all but the result: a b.json holds no more; --record FILE keeps the cluster, bytes of links, loads over time and lanes, too")).toContain("a b.json 不含更多");
  });

  it("stays as it is where it is free text, and in English", () => {
    setLanguage("zh");
    for (const text of ["NIC to leaf 20 m of fibre", "", "constructor", "my forward"]) expect(said(text)).toBe(text);
    setLanguage("en");
    expect(said("launch cost")).toBe("launch cost");
  });
});
