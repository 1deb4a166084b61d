import type { Occurrence, PlainDate } from '../api/types';
import { display } from '../state/display.svelte';
import { daysOf } from '../time/agenda';
import { addDays, toUtcDate } from '../time/dates';
import { amount, format, formatDay, formatDuration, formatTime, minuteMs } from './format';
import { locale, t } from './language';

// The ways to write days and times that the first page has no use for.

/** `16 – 22 November 2026`; `to` is exclusive. */
export function formatDays(from: PlainDate, to: PlainDate): string {
  return format({ dateStyle: 'long', timeZone: 'UTC' }).formatRange(toUtcDate(from), toUtcDate(addDays(to, -1)));
}

/** `Mon 16 – Sat 21`; `to` is exclusive. */
export function formatWeekdays(from: PlainDate, to: PlainDate): string {
  return format({ weekday: 'short', day: 'numeric', timeZone: 'UTC' }).formatRange(toUtcDate(from), toUtcDate(addDays(to, -1)));
}

export function formatMonth(month: string): string {
  return formatDay(`${month}-01`, { month: 'long', year: 'numeric' });
}

export function formatDateTime(instant: number, zone: string): string {
  return format({ timeZone: zone, dateStyle: 'medium', timeStyle: 'short', hourCycle: display.hourCycle }).format(instant);
}

/** How long to wait: `8 sec`, then as a duration. */
export function formatWait(seconds: number): string {
  return seconds < 60 ? amount(Math.max(1, seconds), 'second') : formatDuration(seconds * 1000);
}

/** Told to whom the service lets in at other hours only: `07:00-20:00`, in the habit of the language. */
export function outOfHours(hours: string): string {
  const [from, to] = hours.split('-').map((time) => formatTime(Date.parse(`2026-01-01T${time}Z`), 'UTC'));
  return t('signIn.hours', { from: from ?? '', to: to ?? '' });
}

/** The whole span of an occurrence in words: `Saturday 21 November, 22:00 – Sunday 22 November, 02:00`. */
export function formatSpan(occurrence: Occurrence, zone: string): string {
  const { first, last } = daysOf(occurrence, zone);
  if (occurrence.allDay) return format({ dateStyle: 'full', timeZone: 'UTC' }).formatRange(toUtcDate(first), toUtcDate(last));
  const start = Date.parse(occurrence.start);
  return format({ dateStyle: 'full', timeStyle: 'short', hourCycle: display.hourCycle, timeZone: zone }).formatRange(start, Math.max(start, Date.parse(occurrence.end)));
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
