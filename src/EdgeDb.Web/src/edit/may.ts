import type { Calendar, Occurrence, Right } from '../api/types';
import { household } from '../state/household.svelte';
import { session } from '../state/session.svelte';

/** Whether they may do this to events of the calendar: with a right to all, or with one to their own and a calendar that is. */
function mayIn(right: Right, calendar: Calendar | undefined): boolean {
  if (calendar?.kind !== 'local') return false;
  const { member } = session.current ?? {};
  return session.may(right) || (session.mayOwn(right) && !!member && calendar.members.includes(member));
}

/** The calendars that they may add events to. */
export function writableCalendars(): Calendar[] {
  return household.calendars.filter((calendar) => mayIn('events:add', calendar));
}

function may(right: Right, occurrence: Occurrence): boolean {
  return occurrence.editable && !occurrence.busy && occurrence.eventId !== null && occurrence.calendars.some((id) => mayIn(right, household.calendarsById.get(id)));
}

export const mayChange = (occurrence: Occurrence) => may('events:change', occurrence);
export const mayRemove = (occurrence: Occurrence) => may('events:delete', occurrence);

const storageKey = 'edgedb.calendar';

/** Where a new event goes: where the last one of this browser went, else into the first calendar. */
export function usualCalendar(): string {
  const calendars = writableCalendars();
  let last: string | null = null;
  try {
    last = localStorage.getItem(storageKey);
  } catch {
    // Storage is refused: then it is the first one.
  }
  return (calendars.find((calendar) => calendar.id === last) ?? calendars[0])?.id ?? '';
}

export function rememberCalendar(id: string): void {
  try {
    localStorage.setItem(storageKey, id);
  } catch {
    // Then it is asked anew.
  }
}
