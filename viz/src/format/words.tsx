import type { ComponentChildren } from "preact";

// What stays in one piece where a line is broken: options as `--record` and `-b`, and a number with its unit.
const whole = /((?<![\w-])--?[A-Za-z][\w-]*|[−\d][\d.,]* (?:%|[mµnp]?s|[KMGTP]?i?B(?:\/s)?)(?![\w/]))/;

export function Words({ text }: { text: string }): ComponentChildren {
  return text.split(whole).map((part, i) =>
    i % 2 === 1 ? (
      <span key={i} class="whole">
        {part}
      </span>
    ) : (
      part
    ),
  );
}
