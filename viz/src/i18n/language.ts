import { signal } from "@preact/signals";
import { recall, remember } from "../state/memory";

export type Language = "en" | "zh";

function first(): Language {
  const kept = recall("language");
  if (kept === "en" || kept === "zh") return kept;
  return typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const language = signal<Language>(first());

export function setLanguage(to: Language): void {
  language.value = to;
  remember("language", to);
}
