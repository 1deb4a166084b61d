import type { Occurrence, PlainDate } from '../api/types';
import { addDays, daysBetween } from './dates';
import { wallClock } from './zone';

/** How an occurrence lies on one of its days. */
export type DayPart =
  | 'allDay' // a day of an all-day event
  | 'single' // a timed event that starts and ends on this day
  | 'starts' // the first of several days
  | 'within' // the event covers this whole day
  | 'ends'; // the last of several days

/** An occurrence on one of the days that it touches. */
export interface DayEntry {
  occurrence: Occurrence;
  date: PlainDate;
  part: DayPart;
  /** 1 on the first day. */
  day: number;
  days: number;
}

export interface AgendaDay {
  date: PlainDate;
  entries: DayEntry[];
}

export interface Agenda {
  today: PlainDate;
  /** All-day events and timed ones that cover the whole of today. */
  wholeDay: DayEntry[];
  running: DayEntry[];
  /** The timed ones that start next, on whatever day: several when they start together. */
  next: DayEntry[];
  /** The rest of today, without `next`. */
  later: DayEntry[];
  earlier: DayEntry[];
  /** The days after today that have something. */
  coming: AgendaDay[];
}

/** The first and the last day (inclusive) that an occurrence touches on the household's calendar. */
export function daysOf(occurrence: Occurrence, zone: string): { first: PlainDate; last: PlainDate } {
  if (occurrence.allDay) {
    // RFC 5545 3.6.1: an all-day event that ends no later than it starts takes one day.
    const last = addDays(occurrence.end, -1);
    return { first: occurrence.start, last: last < occurrence.start ? occurrence.start : last };
  }
  const start = Date.parse(occurrence.start);
  const end = Date.parse(occurrence.end);
  const first = wallClock(start, zone).date;
  // The end is exclusive: what ends at midnight does not touch the next day.
  return { first, last: end > start ? wallClock(end - 1, zone).date : first };
}

/** Whether it is over at `now` (milliseconds since 1970): whole days with the last of them at home, not at midnight UTC. */
export function isOver(occurrence: Occurrence, now: number, zone: string): boolean {
  if (!occurrence.allDay) return Date.parse(occurrence.end) <= now && Date.parse(occurrence.start) < now;
  return daysOf(occurrence, zone).last < wallClock(now, zone).date;
}

function partOf(occurrence: Occurrence, day: number, days: number, zone: string): DayPart {
  if (occurrence.allDay) return 'allDay';
  if (days === 1) return 'single';
  if (day === 1) return wallClock(Date.parse(occurrence.start), zone).time === '00:00:00' ? 'within' : 'starts';
  if (day < days) return 'within';
  return wallClock(Date.parse(occurrence.end), zone).time === '00:00:00' ? 'within' : 'ends';
}

/** Whether the entry is shown with the all-day ones, above the timed ones. */
export function coversDay(entry: DayEntry): boolean {
  return entry.part === 'allDay' || entry.part === 'within';
}

function compare(first: DayEntry, second: DayEntry): number {
  const group = Number(coversDay(second)) - Number(coversDay(first)) || Number(second.part === 'ends') - Number(first.part === 'ends');
  if (group !== 0) return group;
  if (!coversDay(first)) {
    // What runs over from the day before is told by its end, the others by their start.
    const key = first.part === 'ends' ? 'end' : 'start';
    const byTime = Date.parse(first.occurrence[key]) - Date.parse(second.occurrence[key]);
    if (byTime !== 0) return byTime;
  }
  return first.occurrence.summary.localeCompare(second.occurrence.summary) || (first.occurrence.id < second.occurrence.id ? -1 : 1);
}

/** Lays occurrences out on the days from `from` (inclusive) to `to` (exclusive), each day in reading order. */
export function splitByDay(occurrences: readonly Occurrence[], from: PlainDate, to: PlainDate, zone: string): Map<PlainDate, DayEntry[]> {
  const byDay = new Map<PlainDate, DayEntry[]>();
  for (const occurrence of occurrences) {
    const { first, last } = daysOf(occurrence, zone);
    const days = daysBetween(first, last) + 1;
    for (let date = first < from ? from : first; date <= last && date < to; date = addDays(date, 1)) {
      const day = daysBetween(first, date) + 1;
      const entries = byDay.get(date);
      const entry = { occurrence, date, part: partOf(occurrence, day, days, zone), day, days };
      if (entries) entries.push(entry);
      else byDay.set(date, [entry]);
    }
  }
  for (const entries of byDay.values()) entries.sort(compare);
  return byDay;
}

/** Sorts the days from today to `to` (exclusive) by what matters at `now` (milliseconds since 1970). */
export function agendaAt(occurrences: readonly Occurrence[], now: number, to: PlainDate, zone: string): Agenda {
  const today = wallClock(now, zone).date;
  const byDay = splitByDay(occurrences, today, to, zone);
  const agenda: Agenda = { today, wholeDay: [], running: [], next: [], later: [], earlier: [], coming: [] };

  for (const entry of byDay.get(today) ?? []) {
    const start = Date.parse(entry.occurrence.start);
    const end = Date.parse(entry.occurrence.end);
    if (coversDay(entry)) agenda.wholeDay.push(entry);
    else if (start > now) agenda.later.push(entry);
    else if (end > now) agenda.running.push(entry);
    else agenda.earlier.push(entry);
  }
  for (const date of [...byDay.keys()].sort()) {
    if (date > today) agenda.coming.push({ date, entries: byDay.get(date) ?? [] });
  }

  const upcoming = [agenda.later, ...agenda.coming.map((day) => day.entries)]
    .flat()
    .filter((entry) => !entry.occurrence.allDay && entry.day === 1 && Date.parse(entry.occurrence.start) > now);
  const first = Math.min(...upcoming.map((entry) => Date.parse(entry.occurrence.start)));
  agenda.next = upcoming.filter((entry) => Date.parse(entry.occurrence.start) === first);
  agenda.later = agenda.later.filter((entry) => !agenda.next.includes(entry));
  return agenda;
}
