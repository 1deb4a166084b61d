import type { Occurrence, PlainDate } from '../api/types';
import { toUtcDate } from '../time/dates';
import { daysOf } from '../time/agenda';
import { locale, t } from './language';

const minuteMs = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale, options)));
  return made;
}

/** `14:05` or `2:05 PM`, on the household's clock. */
export function formatTime(instant: number, zone: string): string {
  return format({ timeZone: zone, timeStyle: 'short' }).format(instant);
}

export function formatDay(date: PlainDate, options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' }): string {
  return format({ ...options, timeZone: 'UTC' }).format(toUtcDate(date));
}

export function formatMonth(month: string): string {
  return formatDay(`${month}-01`, { month: 'long', year: 'numeric' });
}

export function formatDateTime(instant: number, zone: string): string {
  return format({ timeZone: zone, dateStyle: 'medium', timeStyle: 'short' }).format(instant);
}

function amount(value: number, unit: 'second' | 'minute' | 'hour' | 'day'): string {
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

/** How long to wait: `8 sec`, then as a duration. */
export function formatWait(seconds: number): string {
  return seconds < 60 ? amount(Math.max(1, seconds), 'second') : formatDuration(seconds * 1000);
}

/** `5 minutes ago`. */
export function formatAge(milliseconds: number): string {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const minutes = Math.floor(Math.max(0, milliseconds) / minuteMs);
  if (minutes === 0) return t('time.justNow');
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 48 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return relative.format(-Math.floor(minutes / (24 * 60)), 'day');
}

/** The whole span of an occurrence in words: `Saturday 21 November, 22:00 – Sunday 22 November, 02:00`. */
export function formatSpan(occurrence: Occurrence, zone: string): string {
  const { first, last } = daysOf(occurrence, zone);
  if (occurrence.allDay) return format({ dateStyle: 'full', timeZone: 'UTC' }).formatRange(toUtcDate(first), toUtcDate(last));
  const start = Date.parse(occurrence.start);
  return format({ dateStyle: 'full', timeStyle: 'short', timeZone: zone }).formatRange(start, Math.max(start, Date.parse(occurrence.end)));
}
