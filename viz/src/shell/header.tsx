import { useRef } from "preact/hooks";
import { language, setLanguage, type Language } from "../i18n/language";
import { recordings } from "../state/recordings";
import { setTheme, themeChoice, type ThemeChoice } from "../state/theme";
import { Choice } from "./choice";
import { openFiles } from "./opening";
import { shellText } from "./shell.strings";

export function Header() {
  const text = shellText();
  const input = useRef<HTMLInputElement>(null);
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
        <button type="button" onClick={() => input.current?.click()}>
          {text.open}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={text.open}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = "";
            void openFiles(files);
          }}
        />
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
