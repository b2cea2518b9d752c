// The element nearest to a place in the window that is wanted, at most `reach` pixels away. A finger seldom hits a thin line.
export function elementNear(x: number, y: number, reach: number, wanted: (element: Element) => boolean): Element | null {
  const step = 1.5;
  const most = Math.floor(reach / step);
  const places: [number, number][] = [];
  for (let i = -most; i <= most; i++) for (let j = -most; j <= most; j++) places.push([i * step, j * step]);
  const far = ([dx, dy]: readonly [number, number]) => dx * dx + dy * dy;
  places.sort((a, b) => far(a) - far(b));
  for (const place of places) {
    if (far(place) > reach * reach) break;
    const found = document.elementFromPoint(x + place[0], y + place[1]);
    if (found && wanted(found)) return found;
  }
  return null;
}
