import { useRef } from "preact/hooks";
import { openFiles } from "./opening";
import { shellText } from "./shell.strings";

export function OpenButton() {
  const text = shellText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
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
    </>
  );
}
