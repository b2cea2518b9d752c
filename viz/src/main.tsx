import { effect } from "@preact/signals";
import { render } from "preact";
import { shown } from "./format/names";
import { language } from "./i18n/language";
import { App } from "./shell/app";
import { openEmbedded } from "./shell/opening";
import { recordings } from "./state/recordings";
import { startTheme } from "./state/theme";
import "./page.css";

startTheme();
effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

effect(() => {
  const name = recordings.value[0]?.name;
  document.title = name ? `${shown(name, 60)} – polyplane` : "polyplane";
});

const page = document.getElementById("page");
if (page) {
  void openEmbedded(document).then(() => {
    render(<App />, page);
    // Read by tests and by whoever measures: from the start of navigation until the first frame of the whole page.
    requestAnimationFrame(() => setTimeout(() => performance.mark("polyplane-ready")));
  });
}
