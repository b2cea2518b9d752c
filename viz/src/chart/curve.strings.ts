import { defineStrings } from "../i18n/strings";

export const curveText = defineStrings(
  "curve",
  {
    reset: "Whole range",
    keys: "Arrow keys go from point to point, + and − zoom, 0 shows the whole range.",
    legend: "Lines; press one to hide or show it",
  },
  {
    reset: "全部范围",
    keys: "方向键逐点移动，+ 和 − 缩放，0 显示全部范围。",
    legend: "曲线；点击可隐藏或显示",
  },
);
