// The Pareto front: points that no other beats in one figure without losing in the other.

export interface Point {
  x: number;
  y: number;
}

/** Indices of the front by ascending x. `moreX`, `moreY`: the larger is the better. Equal points are all on it. */
export function paretoFront(points: readonly Point[], moreX: boolean, moreY: boolean): number[] {
  const x = (i: number): number => (moreX ? -1 : 1) * points[i]!.x;
  const y = (i: number): number => (moreY ? -1 : 1) * points[i]!.y;
  const order = points.map((_, i) => i).sort((a, b) => x(a) - x(b) || y(a) - y(b) || a - b);
  const front: number[] = [];
  let best = Infinity;
  let bestX = NaN;
  for (const i of order) {
    if (y(i) < best) {
      best = y(i);
      bestX = x(i);
      front.push(i);
    } else if (y(i) === best && x(i) === bestX) front.push(i);
  }
  return front.sort((a, b) => points[a]!.x - points[b]!.x || a - b);
}
