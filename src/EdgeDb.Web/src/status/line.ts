/** A point of a chart, in the units of its picture; null where nothing was known. */
export type Place = { x: number; y: number } | null;

/** Puts points between the first and the last moment from edge to edge, and values from 0 at the bottom to `top`. */
export function placesIn(points: readonly { at: number; value: number | null }[], width: number, height: number, top: number): Place[] {
  const first = points[0]?.at ?? 0;
  const span = (points.at(-1)?.at ?? 0) - first;
  // The line itself is two pixels: at 0 it is not to be cut in half.
  const low = height - 1;
  return points.map(({ at, value }) =>
    value === null ? null : { x: span === 0 ? width : (width * (at - first)) / span, y: top <= 0 ? low : low - ((low - 1) * Math.min(value, top)) / top },
  );
}

/** The path of a line, and of what is under it; with a gap where there is no place. */
export function lineOf(places: readonly Place[]): { line: string; area: string } {
  const number = (value: number) => String(Math.round(value * 10) / 10);
  let line = '';
  let area = '';
  let first: Place = null;
  // One more that is none, so that the last run ends too.
  for (const place of [...places, null]) {
    if (place) {
      const step = `${first ? 'L' : 'M'}${number(place.x)} ${number(place.y)}`;
      line += step;
      area += step;
      first ??= place;
    } else if (first) {
      // Far below the picture, which cuts it off.
      area += `V1000H${number(first.x)}Z`;
      first = null;
    }
  }
  return { line, area };
}
