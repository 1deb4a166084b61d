import { describe, expect, it } from 'vitest';
import { lineOf, placesIn } from '../src/status/line';

describe('the line of a chart', () => {
  it('goes from edge to edge, with 0 at the bottom and the most at the top', () => {
    const places = placesIn([{ at: 1000, value: 0 }, { at: 2000, value: 5 }, { at: 3000, value: 10 }], 300, 72, 10);
    expect(places).toEqual([{ x: 0, y: 71 }, { x: 150, y: 36 }, { x: 300, y: 1 }]);
  });

  it('shows one point at the edge of now, and a scale of nothing at the bottom', () => {
    expect(placesIn([{ at: 1000, value: 0 }], 300, 72, 0)).toEqual([{ x: 300, y: 71 }]);
  });

  it('has a gap where nothing was known', () => {
    expect(lineOf([null, { x: 10, y: 5 }, { x: 20, y: 6.04 }, null, null, { x: 40, y: 1 }])).toEqual({
      line: 'M10 5L20 6M40 1',
      area: 'M10 5L20 6V1000H10ZM40 1V1000H40Z',
    });
    expect(lineOf([null])).toEqual({ line: '', area: '' });
  });
});
