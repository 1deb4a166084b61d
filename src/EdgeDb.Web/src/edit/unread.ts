import type { EventBody, Occurrence } from '../api/types';
import { isKnownZone } from '../time/zone';
import { differences, forSeries, fromBody, merge, withGroups, type Draft, type Group } from './draft';
import { wallAt } from './wall';

/*
 * Edits of events that could not be read, as the service was away: they are made on what an occurrence tells of itself, and laid
 * over the event once it can be read.
 */

/** What an occurrence does not tell: it names people, and not whether they are the event's own or those of its calendar. */
const untold: readonly Group[] = ['members', 'rule', 'reminders', 'notes'];

/** An event as far as one of its occurrences tells it. */
export function bodyOf(occurrence: Occurrence, zone: string): EventBody {
  const { allDay, start, end } = occurrence;
  const own = occurrence.zone && isKnownZone(occurrence.zone) ? occurrence.zone : zone;
  const wall = (instant: string) => `${wallAt(Date.parse(instant), own)}:00`;
  return {
    id: occurrence.eventId!,
    calendarId: occurrence.calendars[0] ?? '',
    summary: occurrence.summary,
    description: null,
    location: occurrence.location,
    url: null,
    color: null,
    status: occurrence.status,
    start: allDay ? start : wall(start),
    end: allDay ? end : wall(end),
    allDay,
    zone: allDay ? null : occurrence.zone,
    rrule: null,
    recurring: occurrence.recurring,
    members: null,
    reminders: [],
    private: occurrence.private,
    editable: occurrence.editable,
    version: 0,
  };
}

/** Whether the event still is what the occurrence told of it. */
export function isAsTold(occurrence: Occurrence, one: EventBody, zone: string): boolean {
  const told = fromBody(bodyOf(occurrence, zone), zone);
  // An occurrence of several calendars does not tell which of them holds the event.
  return differences(told, fromBody(one, zone)).every((group) => group === 'calendar' || untold.includes(group));
}

/** What becomes of such an edit now that the event is read. */
export interface Joined {
  read: EventBody;
  base: Draft;
  draft: Draft;
  shown: Draft;
  /** What somebody else has changed meanwhile that it changes too. */
  clashes: Group[];
}

/**
 * @param told The event as the occurrence told it, and `mine` what it was made to be.
 * @param one The occurrence as it is now, with the rule of its series, and `all` its series; the same when the edit is not about that.
 */
export function joined(told: Draft, mine: Draft, one: EventBody, all: EventBody, zone: string): Joined {
  const theirs = fromBody(one, zone);
  const changed = differences(told, mine);
  const unknown = untold.filter((group) => !changed.includes(group));
  const base = withGroups(told, theirs, unknown);
  const draft = withGroups(mine, theirs, unknown);
  const { merged, clashes } = merge(base, draft, theirs);
  if (one === all) return clashes.length > 0 ? { read: one, base, draft, shown: draft, clashes } : { read: one, base: theirs, draft: merged, shown: merged, clashes };
  const series = fromBody(all, zone);
  const goal = forSeries(theirs, merged, series);
  // The times of an occurrence are not those of its series; all else is.
  return { read: all, base: withGroups(series, base, clashes.filter((group) => group !== 'when')), draft: goal, shown: merged, clashes };
}
