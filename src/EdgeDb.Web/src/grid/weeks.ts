import type { Occurrence, PlainDate } from '../api/types';
import { daysOf } from '../time/agenda';
import { daysBetween } from '../time/dates';

/** An occurrence in one week of a month: a bar over its days, in one of the lanes below their numbers. */
export interface Bar {
  occurrence: Occurrence;
  /** 0 for the first day of the week. */
  column: number;
  /** Days, 1 to 7. */
  span: number;
  /** 0 is the uppermost. */
  lane: number;
  /** Whether it starts, or ends, in this week. */
  starts: boolean;
  ends: boolean;
  /** On one day, by its time. */
  timed: boolean;
}

/** What of a week fits. */
export interface Fitted {
  /** By the column in which they begin. */
  bars: Bar[][];
  /** How many there are besides on each of its days. */
  hidden: number[];
}

type Unplaced = Omit<Bar, 'lane'> & { first: PlainDate };

/** As they are read: what began earlier and what lasts longer above, then whole days, then by the clock. */
function compare(a: Unplaced, b: Unplaced): number {
  if (a.column !== b.column) return a.column - b.column;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  if (a.span !== b.span) return b.span - a.span;
  if (a.timed !== b.timed) return a.timed ? 1 : -1;
  if (a.timed && a.occurrence.start !== b.occurrence.start) return Date.parse(a.occurrence.start) - Date.parse(b.occurrence.start);
  return a.occurrence.summary.localeCompare(b.occurrence.summary) || (a.occurrence.id < b.occurrence.id ? -1 : 1);
}

/** The bars of `count` weeks from the day `from` on, each in the uppermost lane that is free on all of its days. */
export function barsOf(occurrences: readonly Occurrence[], from: PlainDate, count: number, zone: string): Bar[][] {
  const weeks = Array.from({ length: count }, (): Unplaced[] => []);
  for (const occurrence of occurrences) {
    const { first, last } = daysOf(occurrence, zone);
    const [begin, end] = [daysBetween(from, first), daysBetween(from, last)];
    const timed = !occurrence.allDay && begin === end;
    for (let week = Math.max(0, Math.floor(begin / 7)); week < count && 7 * week <= end; week++) {
      const column = Math.max(0, begin - 7 * week);
      const lastColumn = Math.min(6, end - 7 * week);
      weeks[week]!.push({ occurrence, first, column, span: lastColumn - column + 1, starts: begin >= 7 * week, ends: end < 7 * week + 7, timed });
    }
  }
  return weeks.map((bars) => {
    // For each lane the first column that is free in it.
    const free: number[] = [];
    return bars.sort(compare).map(({ first: _, ...bar }) => {
      let lane = free.findIndex((column) => column <= bar.column);
      if (lane < 0) lane = free.length;
      free[lane] = bar.column + bar.span;
      return { ...bar, lane };
    });
  });
}

/** What fits into `lanes`, of which a day that has more needs the last one to say how many. */
export function fitted(bars: readonly Bar[], lanes: number): Fitted {
  let shown = bars;
  const hidden = Array.from({ length: 7 }, () => 0);
  const fits = (bar: Bar) => {
    for (let column = bar.column; column < bar.column + bar.span; column++) if (bar.lane >= lanes - (hidden[column]! > 0 ? 1 : 0)) return false;
    return true;
  };
  // One that has to give way on one of its days leaves its others with something to tell.
  for (let before = -1; before !== shown.length; ) {
    before = shown.length;
    const kept = shown.filter(fits);
    if (kept.length < shown.length)
      for (const bar of shown) if (!kept.includes(bar)) for (let column = bar.column; column < bar.column + bar.span; column++) hidden[column]!++;
    shown = kept;
  }
  const byColumn = Array.from({ length: 7 }, (): Bar[] => []);
  for (const bar of shown) byColumn[bar.column]!.push(bar);
  return { bars: byColumn, hidden };
}
