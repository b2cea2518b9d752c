import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Words } from "../format/words";
import { shown } from "../format/names";
import { recordings } from "../state/recordings";
import { OpenButton } from "./open_button";
import { openFiles, reading, takeAway, troubles, type OpenTrouble } from "./opening";
import { shellText } from "./shell.strings";

// The whole page takes files that are dropped on it.
export function DropLayer() {
  const over = useSignal(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent) => {
      over.value = false;
      if (!hasFiles(event)) return;
      event.preventDefault();
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", drag);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", drag);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [over]);
  return over.value ? (
    <div class="drop-layer" aria-hidden="true">
      {shellText().dropTitle}
    </div>
  ) : null;
}

// The explorer before anything is open.
export function Welcome() {
  const text = shellText();
  return (
    <section class="welcome" aria-labelledby="welcome">
      <h1 id="welcome">{text.dropTitle}</h1>
      <p>
        <Words text={text.dropLead} />
      </p>
      <p>
        <OpenButton />
      </p>
      <p class="note">{text.dropHow}</p>
      <pre>
        <Words text={"polyplane perf all_reduce --cluster deepseek-v3-2048 -b 1K -e 16G --explain --record run.pprec\n"} />
        <Words text="polyplane compare deepseek-v3-2048 ft2-2048 --workload all_reduce:1GiB --format json > compare.json" />
      </pre>
    </section>
  );
}

export function Troubles() {
  const text = shellText();
  return (
    <div role="alert" class="troubles">
      {reading.value && <p class="note">{text.reading}</p>}
      {troubles.value.map((trouble) => (
        <p class="trouble">
          {text.cannotRead(trouble.file === null ? text.embedded : shown(trouble.file), why(trouble))}
          <button type="button" class="quiet" onClick={() => (troubles.value = troubles.value.filter((t) => t !== trouble))}>
            {text.close}
          </button>
        </p>
      ))}
    </div>
  );
}

function why({ trouble, detail }: OpenTrouble): string {
  const phrase = shellText()[trouble];
  return typeof phrase === "function" ? phrase(shown(detail)) : phrase;
}

// What is open, when it is more than one thing.
export function OpenList() {
  const text = shellText();
  if (recordings.value.length < 2) return null;
  return (
    <ul class="open-list" aria-label={text.shown}>
      {recordings.value.map((recording, index) => (
        <li key={index} title={recording.commandLine.map((word) => shown(word)).join(" ")}>
          {index + 1}. <bdi>{shown(recording.name, 60)}</bdi>
          <button
            type="button"
            class="quiet"
            aria-label={text.remove(shown(recording.name, 60))}
            title={text.remove(shown(recording.name, 60))}
            onClick={() => takeAway(recording)}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
