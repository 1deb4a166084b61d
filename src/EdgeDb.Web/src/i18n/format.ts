import type { PlainDate } from '../api/types';
import { toUtcDate } from '../time/dates';
import { display } from '../state/display.svelte';
import { locale } from './language';

export const minuteMs = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

export function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale, options)));
  return made;
}

/** `14:05` or `2:05 PM`, on the household's clock. */
export function formatTime(instant: number, zone: string): string {
  return format({ timeZone: zone, timeStyle: 'short', hourCycle: display.hourCycle }).format(instant);
}

export function formatDay(date: PlainDate, options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' }): string {
  return format({ ...options, timeZone: 'UTC' }).format(toUtcDate(date));
}

export function amount(value: number, unit: 'second' | 'minute' | 'hour' | 'day'): string {
  const unitDisplay = unit === 'day' ? 'long' : 'short';
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(value);
}

/** `35 min`, `2 hr 5 min`, `3 days`; rounded up to the minute, as a countdown must not say 0 too early. */
export function formatDuration(milliseconds: number): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / minuteMs));
  if (minutes < 60) return amount(minutes, 'minute');
  if (minutes >= 48 * 60) return amount(Math.round(minutes / (24 * 60)), 'day');
  const rest = minutes % 60;
  return rest === 0 ? amount(minutes / 60, 'hour') : `${amount(Math.floor(minutes / 60), 'hour')} ${amount(rest, 'minute')}`;
}
