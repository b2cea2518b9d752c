import { defineStrings } from "../i18n/strings";

export const figureText = defineStrings(
  "figure",
  {
    save: (what: string) => `Save “${what}” as`,
    numbers: "The numbers",
    rowsShown: (shown: number, all: number) => `The first ${shown} of ${all} rows; the CSV has all.`,
    madeBy: (version: string) => `polyplane ${version}`,
  },
  {
    save: (what: string) => `将“${what}”另存为`,
    numbers: "数据",
    rowsShown: (shown: number, all: number) => `共 ${all} 行，此处显示前 ${shown} 行；CSV 含全部数据。`,
    madeBy: (version: string) => `polyplane ${version}`,
  },
);
