import { time } from "../format/numbers";
import { shift, zoom, type Span } from "../model/time_heat";
import { timeText } from "./time.strings";

export interface SpanProps {
  whole: number; // picoseconds
  least: number; // the nearest that one can come
  span: Span;
  onSpan: (span: Span) => void;
}

// Buttons for the part of time that is shown; both figures of a run follow.
export function SpanControls({ whole, least, span, onSpan }: SpanProps) {
  const text = timeText();
  const middle = (span.begin + span.end) / 2;
  const width = span.end - span.begin;
  const all = width >= whole * 0.9999;
  const buttons: [string, string, boolean, () => void][] = [
    ["+", text.zoomIn, width <= least, () => onSpan(zoom(span, middle, 0.5, whole, least))],
    ["−", text.zoomOut, all, () => onSpan(zoom(span, middle, 2, whole, least))],
    ["←", text.earlier, span.begin <= 0, () => onSpan(shift(span, -width / 2, whole))],
    ["→", text.later, span.end >= whole, () => onSpan(shift(span, width / 2, whole))],
  ];
  return (
    <div class="span-controls" role="group" aria-label={text.span}>
      {buttons.map(([sign, name, off, press]) => (
        <button type="button" key={sign} aria-label={name} title={name} disabled={off} onClick={press}>
          {sign}
        </button>
      ))}
      <button type="button" disabled={all} onClick={() => onSpan({ begin: 0, end: whole })}>
        {text.whole}
      </button>
      <span class="note">{text.spanIs(time(span.begin), time(span.end))}</span>
    </div>
  );
}
