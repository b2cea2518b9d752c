import { computed, effect, signal } from "@preact/signals";
import { dark, light, type Palette } from "../figure/palette";
import { recall, remember } from "./memory";

export type ThemeChoice = "light" | "dark" | "system";

const kept = recall("theme");
export const themeChoice = signal<ThemeChoice>(kept === "light" || kept === "dark" ? kept : "system");
const systemIsDark = signal(false);
const printing = signal(false);

// Paper is light.
export const palette = computed<Palette>(() => {
  if (printing.value) return light;
  if (themeChoice.value === "system") return systemIsDark.value ? dark : light;
  return themeChoice.value === "dark" ? dark : light;
});

export function setTheme(to: ThemeChoice): void {
  themeChoice.value = to;
  remember("theme", to);
}

// Follows the system and the printer, and hands the colours to the style sheet as custom properties.
export function startTheme(): void {
  follow("(prefers-color-scheme: dark)", (matches) => (systemIsDark.value = matches));
  follow("print", (matches) => (printing.value = matches));
  addEventListener("beforeprint", () => (printing.value = true));
  addEventListener("afterprint", () => (printing.value = false));
  effect(() => {
    const { name, colours } = palette.value;
    const style = document.documentElement.style;
    style.colorScheme = name;
    for (const [key, value] of Object.entries(colours)) style.setProperty(`--${key}`, value);
  });
}

function follow(query: string, change: (matches: boolean) => void): void {
  const media = matchMedia(query);
  change(media.matches);
  media.addEventListener("change", (event) => change(event.matches));
}
