import type { PlainDate } from '../api/types';
import { addDays } from './dates';
import { addMonths, monthOf, weekStart, type FirstWeekday } from './months';

/** How long a page looks ahead: a list shows a month. */
export type Span = 'day' | 'week' | 'month' | 'year';

/** The days a page shows, and what its neighbours are called in addresses. */
export interface Period {
  span: Span;
  /** As it stands in an address: `2026-11-22`, `2026-11`, `2026`. */
  at: string;
  from: PlainDate;
  /** Exclusive. */
  to: PlainDate;
  previous: string;
  next: string;
  /** The day to keep in sight when the page is changed: today, where it is in the period. */
  anchor: PlainDate;
}

/** The last years that a service with dates of four digits can be asked for the neighbours of. */
const firstDay = '1000-01-01';
const lastDay = '9998-12-31';

/** What a period that has this day is called in addresses. */
export function nameOf(span: Span, date: PlainDate, firstWeekday: FirstWeekday): string {
  if (span === 'day') return date;
  return span === 'week' ? weekStart(date, firstWeekday) : span === 'month' ? monthOf(date) : date.slice(0, 4);
}

/** The period that an address names, or the present one. A week may be named by any of its days. */
export function periodOf(span: Span, named: string | null, today: PlainDate, firstWeekday: FirstWeekday): Period {
  const wanted = named === null ? today : `${named}-01-01`.slice(0, 10);
  const date = wanted < firstDay ? firstDay : wanted > lastDay ? lastDay : wanted;
  const at = nameOf(span, date, firstWeekday);
  const from = `${at}-01-01`.slice(0, 10);
  const steps: Record<Span, (count: number) => PlainDate> = {
    day: (count) => addDays(from, count),
    week: (count) => addDays(from, 7 * count),
    month: (count) => `${addMonths(monthOf(from), count)}-01`,
    year: (count) => `${String(Number(at) + count).padStart(4, '0')}-01-01`,
  };
  const to = steps[span](1);
  return {
    span,
    at,
    from,
    to,
    previous: nameOf(span, steps[span](-1), firstWeekday),
    next: nameOf(span, to, firstWeekday),
    anchor: today >= from && today < to ? today : from,
  };
}
