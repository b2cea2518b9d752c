import { language } from "./language";

// A text, or a function of what stands in it.
export type Phrase = string | ((...values: never[]) => string);

// Functions keep their arguments, so that both languages are given the same.
export type Translated<T> = { [K in keyof T]: T[K] extends (...values: infer A) => string ? (...values: A) => string : string };

export interface StringTable {
  readonly name: string;
  readonly en: Readonly<Record<string, Phrase>>;
  readonly zh: Readonly<Record<string, Phrase>>;
}

// All tables, for the test that every phrase is there in both languages.
export const stringTables: StringTable[] = [];

// The texts of one part of the page. What is returned reads the language when it is called, so a component that calls it is
// drawn again when the language changes.
export function defineStrings<const T extends Record<string, Phrase>>(name: string, en: T, zh: Translated<T>): () => Translated<T> {
  stringTables.push({ name, en, zh: zh as Readonly<Record<string, Phrase>> });
  return () => (language.value === "zh" ? zh : (en as unknown as Translated<T>));
}

// English: a count as it is written, and its noun.
export function ofCards(cards: string): string {
  return `${cards} ${cards === "1" ? "card" : "cards"}`;
}

export function ofRanks(ranks: string): string {
  return `${ranks} ${ranks === "1" ? "rank" : "ranks"}`;
}
