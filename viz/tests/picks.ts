import type { Locator } from "playwright-core";

/** The list that a label stands before. */
export function pick(within: Locator, label: string): Locator {
  return within.locator("label.pick", { has: within.page().locator("span", { hasText: new RegExp(`^${label.replace(/[[\].]/g, "\\$&")}$`) }) }).locator("select");
}
