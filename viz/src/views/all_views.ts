import { answer } from "./answer";
import { bars } from "./bars";
import { compareView } from "./compare";
import { curves } from "./curves";
import { fabric } from "./fabric";
import { stuck } from "./stuck";
import { provenance } from "./provenance";
import { timeView } from "./time";
import type { View } from "./view";

// In the order in which people ask.
export const views: readonly View[] = [answer, curves, bars, stuck, fabric, timeView, compareView, provenance];
