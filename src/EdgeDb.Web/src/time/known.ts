import type { Occurrence, PlainDate } from '../api/types';
import { daysOf } from './agenda';

/** The occurrences that touch the days from `from` to `to` (exclusive) of a zone, as the service told them. */
export interface KnownWindow {
  from: PlainDate;
  to: PlainDate;
  zone: string;
  /** When that was still so, milliseconds since 1970. */
  at: number;
  items: readonly Occurrence[];
}

/**
 * What windows told at different times know of the days from `from` to `to` (exclusive). Of the days of a newer one an older one
 * counts nothing: what it still has there was moved or removed since.
 * @returns Null when none of the days is known. `days` is the unbroken stretch that is, null for all.
 */
export function recall(windows: readonly KnownWindow[], from: PlainDate, to: PlainDate, zone: string) {
  const newest = windows.filter((window) => window.zone === zone && window.from < to && window.to > from).sort((a, b) => b.at - a.at);
  if (newest.length === 0) return null;
  const items = new Map<string, Occurrence>();
  const told: KnownWindow[] = [];
  // Days known so far, none of them apart from the others: a hole would look like days without anything.
  let days = { from: newest[0]!.from, to: newest[0]!.to };
  for (const window of newest) {
    if (window.from > days.to || window.to < days.from) continue;
    // It adds no day.
    if (told.length > 0 && window.from >= days.from && window.to <= days.to) continue;
    for (const occurrence of window.items) {
      const { first, last } = daysOf(occurrence, zone);
      if (first >= to || last < from || told.some((newer) => first < newer.to && last >= newer.from)) continue;
      items.set(occurrence.id, occurrence);
    }
    told.push(window);
    days = { from: window.from < days.from ? window.from : days.from, to: window.to > days.to ? window.to : days.to };
  }
  const isWhole = days.from <= from && days.to >= to;
  return { items: [...items.values()], at: Math.min(...told.map((window) => window.at)), days: isWhole ? null : days };
}
