import { beforeAll, describe, expect, it } from "vitest";
import { language, setLanguage } from "./language";
import { defineStrings, stringTables } from "./strings";

beforeAll(async () => {
  await Promise.all(Object.values(import.meta.glob("../**/*.strings.ts")).map((load) => load()));
});

describe("texts", () => {
  it("are all there in both languages", () => {
    expect(stringTables.length).toBeGreaterThan(5);
    for (const { name, en, zh } of stringTables) {
      expect(Object.keys(zh).sort(), name).toEqual(Object.keys(en).sort());
      for (const [key, phrase] of Object.entries(en)) {
        const other = zh[key];
        expect(typeof other, `${name}.${key}`).toBe(typeof phrase);
        const say = (one: typeof phrase | undefined) =>
          typeof one === "function" ? (one as (...v: string[]) => string)("1", "2", "3", "4", "5") : (one ?? "");
        expect(say(phrase), `${name}.${key}`).not.toBe("");
        expect(say(other), `${name}.${key}`).not.toBe("");
        if (/[a-z]{3}.*\s.*[a-z]{3}/.test(say(phrase))) {
          expect(say(other), `${name}.${key}`).toMatch(/[\u4e00-\u9fff]/);
        }
        if (typeof phrase === "function" && typeof other === "function") expect(other.length, `${name}.${key}`).toBe(phrase.length);
      }
    }
  });

  it("follow the language", () => {
    const text = defineStrings("test of strings", { hello: "hello", of: (n: number) => `of ${n}` }, { hello: "你好", of: (n: number) => `共 ${n}` });
    setLanguage("en");
    expect([text().hello, text().of(3)]).toEqual(["hello", "of 3"]);
    setLanguage("zh");
    expect([text().hello, text().of(3)]).toEqual(["你好", "共 3"]);
    expect(language.value).toBe("zh");
    stringTables.pop();
  });
});
