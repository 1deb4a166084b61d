import type { PlainDate } from '../api/types';

/*
 * Days are kept as `YYYY-MM-DD` text and counted in UTC, where every day has 24 hours. A day of the household never
 * becomes a `Date` in the browser's own zone, which is how all-day events end up on the day before.
 */

const dayMs = 86_400_000;

/** Midnight UTC of the day, a mere number to count with: not the moment the day starts in any household. */
function dayNumber(date: PlainDate): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)));
}

function fromDayNumber(milliseconds: number): PlainDate {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

export function isPlainDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && fromDayNumber(dayNumber(text)) === text;
}

export function addDays(date: PlainDate, days: number): PlainDate {
  return fromDayNumber(dayNumber(date) + days * dayMs);
}

/** Days from `first` to `second`; negative when `second` is earlier. */
export function daysBetween(first: PlainDate, second: PlainDate): number {
  return Math.round((dayNumber(second) - dayNumber(first)) / dayMs);
}

/** 0 is Sunday. */
export function weekday(date: PlainDate): number {
  return new Date(dayNumber(date)).getUTCDay();
}

/** For `Intl` with `timeZone: 'UTC'`, the one combination that prints the day it was given. */
export function toUtcDate(date: PlainDate): Date {
  return new Date(dayNumber(date));
}
