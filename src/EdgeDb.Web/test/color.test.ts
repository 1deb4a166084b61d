import { expect, it } from 'vitest';
import { bands, contrast, inkOn, pie, safeColor } from '../src/color';

it('finds ink that reads on every colour with at least 4.5 to 1', () => {
  for (let red = 0; red < 256; red += 15)
    for (let green = 0; green < 256; green += 15)
      for (let blue = 0; blue < 256; blue += 15) {
        const color = `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
        expect(contrast(color, inkOn(color)), color).toBeGreaterThanOrEqual(4.5);
      }
});

it('lets nothing but a colour through', () => {
  expect(safeColor('#ABC')).toBe('#aabbcc');
  expect(safeColor('#E4572E')).toBe('#e4572e');
  for (const text of ['red', '', '#12345', 'url(https://example.org/)', '#fff;background:url(x)']) expect(safeColor(text)).toBe('#5f6f6c');
});

it('gives every colour the same share', () => {
  expect(bands(['#ff0000', '#0000ff'], 'to right')).toBe('linear-gradient(to right, #ff0000 0% 50%, #0000ff 50% 100%)');
  expect(pie(['#ff0000'])).toBe('conic-gradient(#ff0000 0% 100%)');
});
