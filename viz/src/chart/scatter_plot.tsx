import type { ComponentChildren, RefObject } from "preact";
import { isOfBrowser } from "./keys";
import "./scatter.css";

export type Place = readonly [number, number]; // in pixels, from the upper left corner of the drawing

interface ScatterPlotProps {
  label: string; // for those who hear it
  width: number;
  height: number;
  places: ReadonlyMap<number, Place>; // of the points that can be told
  told: number; // a point; -1: none
  onTold: (point: number) => void;
  drawing: RefObject<SVGSVGElement | null>;
  children: ComponentChildren;
}

const reach = 24; // pixels from a point within which it is told

// A drawing of points. Hover or touch tells the nearest one, the arrow keys tell one after another from the left, those
// above each other from below.
export function ScatterPlot({ label, width, height, places, told, onTold, drawing, children }: ScatterPlotProps) {
  const tellNearest = (event: PointerEvent) => {
    const bounds = drawing.current!.getBoundingClientRect();
    const [mx, my] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = -1;
    let least = reach * reach;
    for (const [point, [x, y]] of places) {
      const distance = (x - mx) ** 2 + (y - my) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    onTold(best);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined || isOfBrowser(event)) return;
    event.preventDefault();
    const order = [...places].sort(([a, [ax, ay]], [b, [bx, by]]) => ax - bx || by - ay || a - b).map(([point]) => point);
    const here = order.indexOf(told);
    onTold(order[here < 0 ? 0 : Math.min(order.length - 1, Math.max(0, here + step))] ?? -1);
  };
  return (
    <svg
      ref={drawing}
      class="scatter"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="application"
      aria-label={label}
      tabindex={0}
      onPointerMove={tellNearest}
      onPointerDown={tellNearest}
      onPointerLeave={(event) => event.pointerType === "mouse" && onTold(-1)}
      onKeyDown={onKeyDown}
    >
      {children}
    </svg>
  );
}
