import type { EventBody, EventInput, Occurrence, PlainDate } from '../api/types';
import { addDays, daysBetween } from '../time/dates';
import { addMinutes, dateOf, instantOf, minutesBetween, timeOf, wallAt, wallTime, type WallTime } from './wall';

/** An event as its form shows it. */
export interface Draft {
  summary: string;
  calendarId: string;
  allDay: boolean;
  startDate: PlainDate;
  /** `HH:mm`; kept while it is an all-day event, for when it becomes a timed one again. */
  startTime: string;
  /** The last day, inclusive. */
  endDate: PlainDate;
  endTime: string;
  /** Zone of the times; null when they float. */
  zone: string | null;
  /** RFC 5545; empty for none. */
  rule: string;
  /** Minutes before the start. */
  reminders: number[];
  /** Whom it is for, sorted; empty for whom its calendar is for. */
  members: string[];
  location: string;
  notes: string;
  private: boolean;
}

/** The parts of a draft that are one thing to people, and to the service: whoever changes one of them has decided on all. */
export const groups = {
  summary: ['summary'],
  when: ['allDay', 'startDate', 'startTime', 'endDate', 'endTime', 'zone'],
  rule: ['rule'],
  calendar: ['calendarId'],
  members: ['members'],
  reminders: ['reminders'],
  location: ['location'],
  notes: ['notes'],
  private: ['private'],
} as const satisfies Record<string, readonly (keyof Draft)[]>;
export type Group = keyof typeof groups;
export const groupNames = Object.keys(groups) as Group[];

const roundTime = '09:00';

export function newDraft(calendarId: string, date: PlainDate, zone: string): Draft {
  return {
    summary: '',
    calendarId,
    allDay: true,
    startDate: date,
    startTime: roundTime,
    endDate: date,
    endTime: '10:00',
    zone,
    rule: '',
    reminders: [],
    members: [],
    location: '',
    notes: '',
    private: false,
  };
}

/** A timed draft: from `start` for `minutes`. */
export function timed(draft: Draft, start: WallTime, minutes: number): Draft {
  const end = addMinutes(start, minutes);
  return { ...draft, allDay: false, startDate: dateOf(start), startTime: timeOf(start), endDate: dateOf(end), endTime: timeOf(end) };
}

/** @param zone The household's, for when an all-day event becomes a timed one. */
export function fromBody(body: EventBody, zone: string): Draft {
  const common = {
    summary: body.summary,
    calendarId: body.calendarId,
    rule: body.rrule ?? '',
    reminders: body.reminders.map((reminder) => reminder.minutesBefore),
    members: body.members ?? [],
    location: body.location ?? '',
    notes: body.description ?? '',
    private: body.private,
  };
  if (body.allDay) {
    const last = addDays(body.end, -1);
    return { ...common, allDay: true, startDate: body.start, startTime: roundTime, endDate: last < body.start ? body.start : last, endTime: '10:00', zone };
  }
  return {
    ...common,
    allDay: false,
    startDate: dateOf(body.start),
    startTime: timeOf(body.start),
    endDate: dateOf(body.end),
    endTime: timeOf(body.end),
    zone: body.zone,
  };
}

export const startOf = (draft: Pick<Draft, 'allDay' | 'startDate' | 'startTime'>): WallTime => wallTime(draft.startDate, draft.allDay ? '00:00' : draft.startTime);
export const endOf = (draft: Draft): WallTime => (draft.allDay ? wallTime(addDays(draft.endDate, 1), '00:00') : wallTime(draft.endDate, draft.endTime));

/** What is wrong with it, by field. */
export function faultsOf(draft: Draft): Partial<Record<'start' | 'end', 'missing' | 'before'>> {
  if (!draft.startDate || (!draft.allDay && !draft.startTime)) return { start: 'missing' };
  if (!draft.endDate || (!draft.allDay && !draft.endTime)) return { end: 'missing' };
  return endOf(draft) < startOf(draft) || (draft.allDay && draft.endDate < draft.startDate) ? { end: 'before' } : {};
}

function sameGroup(group: Group, first: Draft, second: Draft): boolean {
  const fields = group === 'when' && first.allDay && second.allDay ? (['startDate', 'endDate'] as const) : groups[group];
  return fields.every((field) => JSON.stringify(first[field]) === JSON.stringify(second[field]));
}

/** The groups in which two drafts differ. */
export function differences(first: Draft, second: Draft): Group[] {
  return groupNames.filter((group) => !sameGroup(group, first, second));
}

/** `draft` with these groups taken from `other`. */
export function withGroups(draft: Draft, other: Draft, taken: readonly Group[]): Draft {
  const fields = taken.flatMap((group) => groups[group] as readonly (keyof Draft)[]);
  return { ...draft, ...Object.fromEntries(fields.map((field) => [field, other[field]])) };
}

/**
 * What becomes of an edit when somebody else has changed the event meanwhile: both changes where they concern different
 * things, and where they do not, the question which one counts.
 */
export function merge(base: Draft, mine: Draft, theirs: Draft): { merged: Draft; clashes: Group[] } {
  const changed = differences(base, mine);
  const theirsToo = differences(base, theirs);
  const clashes = changed.filter((group) => theirsToo.includes(group) && !sameGroup(group, mine, theirs));
  return { merged: withGroups(theirs, mine, changed), clashes };
}

/**
 * The body of a request. What the form does not show is sent back as it was read, and so is a time that was not touched:
 * the service takes what comes back as it was for no change, also where a new value could not be that.
 */
export function toInput(draft: Draft, read: EventBody | null, zone: string): EventInput {
  const same = read && sameGroup('when', draft, fromBody(read, zone));
  return {
    calendarId: draft.calendarId,
    summary: draft.summary,
    description: draft.notes || null,
    location: draft.location || null,
    url: read?.url ?? null,
    color: read?.color ?? null,
    status: read?.status ?? 'confirmed',
    ...(same
      ? { start: read.start, end: read.end, allDay: read.allDay, zone: read.zone }
      : draft.allDay
        ? { start: draft.startDate, end: addDays(draft.endDate, 1), allDay: true, zone: null }
        : { start: `${startOf(draft)}:00`, end: `${endOf(draft)}:00`, allDay: false, zone: draft.zone }),
    rrule: draft.rule || null,
    reminders: draft.reminders.map((minutesBefore) => ({ minutesBefore })),
    members: draft.members.length > 0 ? draft.members : null,
    private: draft.private,
  };
}

/** The same change of times for the whole series as for the occurrence whose form it was: so many days, so much earlier, so much longer. */
export function forSeries(base: Draft, draft: Draft, series: Draft): Draft {
  const changed = differences(base, draft);
  const all = withGroups(series, draft, changed.filter((group) => group !== 'when'));
  if (!changed.includes('when')) return all;
  const days = daysBetween(base.startDate, draft.startDate);
  const length = daysBetween(draft.startDate, draft.endDate);
  const startDate = addDays(series.startDate, days);
  return {
    ...all,
    allDay: draft.allDay,
    startDate,
    // A series whose occurrence was put elsewhere keeps its own hour unless that was changed now.
    startTime: !draft.allDay && draft.startTime === base.startTime && base.allDay === draft.allDay ? series.startTime : draft.startTime,
    ...endFor(draft, base, series, startDate, length),
    zone: draft.zone,
  };
}

function endFor(draft: Draft, base: Draft, series: Draft, startDate: PlainDate, length: number) {
  if (draft.allDay || base.allDay !== draft.allDay || draft.startTime !== base.startTime) return { endDate: addDays(startDate, length), endTime: draft.endTime };
  const end = addMinutes(wallTime(startDate, series.startTime), minutesBetween(startOf(draft), endOf(draft)));
  return { endDate: dateOf(end), endTime: timeOf(end) };
}

/** Moved by whole days; its times stay on the clock. */
export function moveByDays(draft: Draft, days: number): Draft {
  return { ...draft, startDate: addDays(draft.startDate, days), endDate: addDays(draft.endDate, days) };
}

/**
 * Moved, or made longer, to where the household's clock shows these times; all-day with dates. An event of another zone
 * keeps its zone; moved by whole days only, it also keeps its hour there.
 * @param end Exclusive; null for the length that it has.
 */
export function placeAt(draft: Draft, start: string, end: string | null, zone: string): Draft {
  const toAllDay = start.length === 10;
  if (toAllDay) {
    const length = draft.allDay ? daysBetween(draft.startDate, draft.endDate) : 0;
    return { ...draft, allDay: true, startDate: start, endDate: end === null ? addDays(start, length) : addDays(end, -1) };
  }
  const own = draft.zone ?? zone;
  const minutes = draft.allDay ? 60 : minutesBetween(startOf(draft), endOf(draft));
  if (own === zone || draft.allDay) return timed({ ...draft, zone: draft.allDay ? zone : draft.zone }, start, end === null ? minutes : minutesBetween(start, end));
  const shown = wallAt(instantOf(startOf(draft), own), zone);
  if (end === null && timeOf(shown) === timeOf(start)) return moveByDays(draft, daysBetween(dateOf(shown), dateOf(start)));
  const from = wallAt(instantOf(start, zone), own);
  return timed(draft, from, end === null ? minutes : minutesBetween(from, wallAt(instantOf(end, zone), own)));
}

/** How an occurrence will look once the draft is saved. */
export function preview(occurrence: Occurrence, draft: Draft, zone: string): Occurrence {
  const own = draft.zone ?? zone;
  const instant = (wall: WallTime) => new Date(instantOf(wall, own)).toISOString().replace('.000', '');
  return {
    ...occurrence,
    summary: draft.summary,
    location: draft.location || null,
    private: draft.private,
    allDay: draft.allDay,
    start: draft.allDay ? draft.startDate : instant(startOf(draft)),
    end: draft.allDay ? addDays(draft.endDate, 1) : instant(endOf(draft)),
    zone: draft.allDay ? null : draft.zone,
    calendars: occurrence.calendars.includes(draft.calendarId) ? occurrence.calendars : [draft.calendarId],
  };
}
