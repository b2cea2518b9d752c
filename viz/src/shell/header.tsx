import { language, setLanguage, type Language } from "../i18n/language";
import { recordings } from "../state/recordings";
import { setTheme, themeChoice, type ThemeChoice } from "../state/theme";
import { Choice } from "./choice";
import { OpenButton } from "./open_button";
import { shellText } from "./shell.strings";

export function Header() {
  const text = shellText();
  return (
    <header class="page-head">
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <p class="brand">
        <strong>polyplane</strong>
        <span>{recordings.value.length > 0 ? text.report : text.explorer}</span>
      </p>
      <div class="page-tools">
        <OpenButton />
        <button type="button" onClick={() => print()}>
          {text.print}
        </button>
        <Choice<ThemeChoice>
          label={text.theme}
          value={themeChoice.value}
          options={[
            ["light", text.light],
            ["dark", text.dark],
            ["system", text.system],
          ]}
          onChoose={setTheme}
        />
        <Choice<Language>
          label={text.language}
          value={language.value}
          options={[
            ["en", "English"],
            ["zh", "中文"],
          ]}
          onChoose={setLanguage}
        />
      </div>
    </header>
  );
}
