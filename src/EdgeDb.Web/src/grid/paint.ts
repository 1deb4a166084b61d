import { inkOn } from '../color';

/** What is behind an event, and the colour of its words. */
export interface Paint {
  background: string;
  ink: string;
}

/**
 * By the colours of its people: a bar over its days, or a block in a column of hours. Filled with the colour of one of several it would look
 * like that one's alone.
 */
export function paintOf(colors: readonly string[], shape: 'bar' | 'block'): Paint {
  const color = colors.length === 1 ? colors[0] : undefined;
  if (shape === 'block') return { background: `color-mix(in srgb, ${color ?? 'var(--edge)'} 24%, var(--card))`, ink: 'var(--ink)' };
  return { background: color ?? 'var(--hover)', ink: color ? inkOn(color) : 'var(--ink)' };
}
