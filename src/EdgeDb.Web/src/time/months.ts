import type { PlainDate } from '../api/types';
import { addDays, daysBetween, weekday } from './dates';

// Weeks and months, which the first page does not show.

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** With what weeks begin, as weekdays are counted: Sunday, Monday or Saturday. */
export type FirstWeekday = 0 | 1 | 6;

/** The first day of the week that a day is in. */
export function weekStart(date: PlainDate, firstWeekday: FirstWeekday): PlainDate {
  return addDays(date, -((weekday(date) - firstWeekday + 7) % 7));
}

/**
 * The number of a week, by its first day: of ISO 8601 where weeks start on Monday (the first one has the year's first
 * Thursday), and where they start on another day the one that counts from the week of 1 January.
 */
export function weekNumber(firstDay: PlainDate): number {
  const decisive = addDays(firstDay, weekday(firstDay) === 1 ? 3 : 6);
  return Math.floor(daysBetween(`${decisive.slice(0, 4)}-01-01`, decisive) / 7) + 1;
}

/** The whole weeks that show a month: from inclusive, to exclusive. */
export function monthWeeks(month: string, firstWeekday: FirstWeekday): { from: PlainDate; to: PlainDate } {
  const afterLast = `${addMonths(month, 1)}-01`;
  return { from: weekStart(`${month}-01`, firstWeekday), to: addDays(weekStart(addDays(afterLast, -1), firstWeekday), 7) };
}

export function daysFrom(from: PlainDate, to: PlainDate): PlainDate[] {
  return Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, index) => addDays(from, index));
}

/** `2026-01` of a day. */
export function monthOf(date: PlainDate): string {
  return date.slice(0, 7);
}
