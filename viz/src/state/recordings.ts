import { signal } from "@preact/signals";
import type { Recording } from "../schema";

// What the page shows, in the order of the command line or of dropping.
export const recordings = signal<readonly Recording[]>([]);
