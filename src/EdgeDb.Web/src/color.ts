/** What colours a person without a readable colour of their own gets. */
const fallback = '#5f6f6c';

/** A colour as `#rrggbb`; anything else than `#rgb` and `#rrggbb` becomes a neutral one, so that no text can reach a style. */
export function safeColor(color: string): string {
  if (/^#[0-9a-f]{6}$/i.test(color)) return color.toLowerCase();
  if (/^#[0-9a-f]{3}$/i.test(color)) return `#${[...color.slice(1)].map((digit) => digit + digit).join('')}`.toLowerCase();
  return fallback;
}

/** Equal bands of the colours, from edge to edge. */
export function bands(colors: readonly string[], direction: 'to right' | 'to bottom'): string {
  return `linear-gradient(${direction}, ${stops(colors)})`;
}

/** Equal slices of the colours. */
export function pie(colors: readonly string[]): string {
  return `conic-gradient(${stops(colors)})`;
}

function stops(colors: readonly string[]): string {
  const share = 100 / colors.length;
  return colors.map((color, index) => `${color} ${index * share}% ${(index + 1) * share}%`).join(', ');
}

/** Relative luminance, WCAG 2.2. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((index) => {
    const channel = parseInt(color.slice(index, index + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(first: string, second: string): number {
  const [darker = 0, lighter = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Black or white, whichever reads better: on every colour one of the two has a contrast of at least 4.58, and from this luminance on it is black. */
export function inkOn(color: string): '#000000' | '#ffffff' {
  return (luminance(safeColor(color)) + 0.05) ** 2 >= 1.05 * 0.05 ? '#000000' : '#ffffff';
}
