import { sequential } from "../figure/palette";
import { palette } from "../state/theme";
import { stuckText } from "./stuck.strings";

// The scale of colours, with what has failed where something has.
export function Scale({ least, most, format, down }: { least: number; most: number; format: (value: number) => string; down: boolean }) {
  const colours = palette.value;
  const text = stuckText();
  return (
    <div class="heat-scale">
      <span class="ends">
        <span>{format(least)}</span>
        <svg width="160" height="10" viewBox="0 0 160 10" role="img" aria-label={text.scaleFromTo(format(least), format(most))}>
          {Array.from({ length: 40 }, (_, i) => (
            <rect x={i * 4} y="0" width="4.5" height="10" fill={sequential(colours, i / 39)} />
          ))}
          <rect x="0.5" y="0.5" width="159" height="9" fill="none" stroke={colours.colours.rule} />
        </svg>
        <span>{format(most)}</span>
      </span>
      {down && (
        <span class="heat-down">
          <svg width="10" height="10" aria-hidden="true">
            <rect width="10" height="10" fill={colours.colours.warn} />
          </svg>
          {text.failed}
        </span>
      )}
    </div>
  );
}
