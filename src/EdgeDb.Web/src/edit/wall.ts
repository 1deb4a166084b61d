import type { PlainDate } from '../api/types';
import { wallClock } from '../time/zone';

/*
 * What a clock on the wall shows, `2026-11-22T14:30`, counted in UTC, where every day has 24 hours. People move events on
 * their clock: a lesson at three stays at three when it is moved over the night in which clocks change.
 */

export type WallTime = string;

const minuteMs = 60_000;

function number(wall: WallTime): number {
  return Date.parse(`${wall.slice(0, 16)}Z`);
}

export function wallTime(date: PlainDate, time: string): WallTime {
  return `${date}T${time.slice(0, 5)}`;
}

export const dateOf = (wall: WallTime): PlainDate => wall.slice(0, 10);
export const timeOf = (wall: WallTime): string => wall.slice(11, 16);

export function addMinutes(wall: WallTime, minutes: number): WallTime {
  return new Date(number(wall) + minutes * minuteMs).toISOString().slice(0, 16);
}

/** Minutes on the clock from `first` to `second`. */
export function minutesBetween(first: WallTime, second: WallTime): number {
  return (number(second) - number(first)) / minuteMs;
}

/** What the clock in `zone` shows at an instant (milliseconds since 1970). */
export function wallAt(instant: number, zone: string): WallTime {
  const { date, time } = wallClock(instant, zone);
  return wallTime(date, time);
}

/**
 * The instant at which the clock in `zone` shows this, milliseconds since 1970. A time that a clock change skips keeps the
 * offset from before the gap, one that happens twice is the first: what the service makes of them.
 */
export function instantOf(wall: WallTime, zone: string): number {
  const shown = number(wall);
  const offsetAt = (instant: number) => number(wallAt(instant, zone)) - Math.floor(instant / minuteMs) * minuteMs;
  // The offsets of the day before and after are the only candidates: no zone changes twice within two days.
  const before = shown - offsetAt(shown - 86_400_000);
  const after = shown - offsetAt(shown + 86_400_000);
  const real = [before, after].filter((instant) => wallAt(instant, zone) === wall.slice(0, 16));
  return real.length > 0 ? Math.min(...real) : before;
}
