import type { ComponentType } from "preact";
import type { Recording } from "../schema";

// One question that the page answers. A view is a file in this folder and a line in all_views.ts.
export interface View {
  id: string; // of its section, and so its address in the page
  text(): {
    title: string;
    lead: string; // one sentence: what to read from it
    empty: string; // what to record to see it
  };
  shows(recordings: readonly Recording[]): boolean; // false: nothing here that it could show
  Body: ComponentType<{ recordings: readonly Recording[] }>;
}
