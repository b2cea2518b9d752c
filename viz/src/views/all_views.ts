import type { View } from "./view";

// In the order in which people ask.
export const views: readonly View[] = [];
