import type { Occurrence, PlainDate } from '../api/types';
import { addMinutes, wallAt } from '../edit/wall';
import { daysOf, type DayEntry } from '../time/agenda';
import { addDays } from '../time/dates';
import { isKnownZone, wallClock } from '../time/zone';

const dayMs = 86_400_000;

/** Where an occurrence lies in a grid of hours: by the wall clock of the household, without a zone. */
export interface GridSpan {
  /** In the row of whole days. */
  allDay: boolean;
  /** `2026-11-22`, or `2026-11-22T16:00:00`. */
  start: string;
  /** Exclusive. */
  end: string;
}

function wallTime(instant: number, zone: string): string {
  const { date, time } = wallClock(instant, zone);
  return `${date}T${time}`;
}

/** What lasts for a day or longer stands with the whole days, or it would fill its columns from top to bottom. */
export function gridSpan(occurrence: Occurrence, zone: string): GridSpan {
  if (occurrence.allDay) return { allDay: true, start: occurrence.start, end: occurrence.end };
  const start = Date.parse(occurrence.start);
  const end = Date.parse(occurrence.end);
  if (end - start >= dayMs) {
    const { first, last } = daysOf(occurrence, zone);
    return { allDay: true, start: first, end: addDays(last, 1) };
  }
  const wallStart = wallTime(start, zone);
  const wallEnd = wallTime(end, zone);
  // When clocks go back, an event can end at an earlier wall-clock time than it starts.
  return { allDay: false, start: wallStart, end: wallEnd < wallStart ? wallStart : wallEnd };
}

/** What a grid draws, and how many more there are on a day. */
export interface Drawn {
  occurrences: readonly Occurrence[];
  rest: { date: PlainDate; count: number }[];
}

/**
 * Of each day the first `most`: beyond that blocks are slivers, and a thousand of them stop a page. What is drawn for another of its days
 * counts as drawn.
 */
export function drawnOf(occurrences: readonly Occurrence[], days: ReadonlyMap<PlainDate, DayEntry[]>, most: number): Drawn {
  const full = [...days].filter(([, entries]) => entries.length > most);
  if (full.length === 0) return { occurrences, rest: [] };
  const drawn = new Set([...days.values()].flatMap((entries) => entries.slice(0, most).map((entry) => entry.occurrence.id)));
  return {
    occurrences: occurrences.filter((occurrence) => drawn.has(occurrence.id)),
    rest: full
      .map(([date, entries]) => ({ date, count: entries.filter((entry) => !drawn.has(entry.occurrence.id)).length }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => (a.date < b.date ? -1 : 1)),
  };
}

/** Where somebody puts something in a grid: dates for whole days, else times of the household's clock (`2026-11-22T14:30`). */
export interface GridPlace {
  start: string;
  /** Exclusive; null for the length that it has. */
  end: string | null;
}

/** Whether a hand can take it. A series is known by when it was: one that is being moved has to arrive first. A zone that the browser does not know it cannot keep. */
export function isTakeable(occurrence: Occurrence, zone: string): boolean {
  return !(occurrence.recurring && occurrence.unsaved) && isKnownZone(occurrence.zone ?? zone);
}

/** What was taken, as it is when it is put down: what somebody else made of it meanwhile is kept, unless they have put it elsewhere, which is to be seen first. */
export function latestOf(occurrences: readonly Occurrence[], taken: Occurrence): Occurrence {
  return occurrences.find(({ id, start, end }) => id === taken.id && start === taken.start && end === taken.end) ?? taken;
}

function shifted(at: string, seconds: number): string {
  return at.length === 10 ? addDays(at, Math.round((seconds * 1000) / dayMs)) : addMinutes(at, Math.round(seconds / 60));
}

function startOf(occurrence: Occurrence, zone: string): string {
  return occurrence.allDay ? occurrence.start : wallAt(Date.parse(occurrence.start), zone);
}

/** Moved by so many seconds of the clock on the wall, where every day has 24 hours. */
export function movedBy(occurrence: Occurrence, seconds: number, zone: string): GridPlace {
  return { start: shifted(startOf(occurrence, zone), seconds), end: null };
}

/** Its end later by so many seconds of the clock on the wall. */
export function endedBy(occurrence: Occurrence, seconds: number, zone: string): GridPlace {
  const start = startOf(occurrence, zone);
  if (occurrence.allDay) return { start, end: shifted(addDays(daysOf(occurrence, zone).last, 1), seconds) };
  const end = wallAt(Date.parse(occurrence.end), zone);
  // As it lies in the grid, of which its edge was taken.
  return { start, end: shifted(end < start ? start : end, seconds) };
}
