import { describe, expect, it } from 'vitest';
import type { EventBody, Occurrence } from '../src/api/types';
import { fromBody, merge, type Draft } from '../src/edit/draft';
import { bodyOf, isAsTold, joined } from '../src/edit/unread';

const berlin = 'Europe/Berlin';

function body(more: Partial<EventBody> = {}): EventBody {
  return {
    id: 'e', calendarId: 'c', summary: 'Choir', description: 'Bring the score', location: null, url: null, color: null, status: 'confirmed',
    start: '2026-11-21T19:00:00', end: '2026-11-21T20:00:00', allDay: false, zone: berlin, rrule: null, recurring: false, reminders: [{ minutesBefore: 30 }],
    private: false, editable: true, members: ['ada'], version: 3, ...more,
  };
}
const occurrence = {
  id: 'o', busy: false, eventId: 'e', recurrenceId: null, start: '2026-11-21T18:00:00Z', end: '2026-11-21T19:00:00Z', allDay: false, zone: berlin, summary: 'Choir',
  location: null, status: 'confirmed', recurring: false, editable: true, private: false, color: '', calendars: ['c'], members: [],
} as Occurrence;
const told = fromBody(bodyOf(occurrence, berlin), berlin);
const edited = (change: Partial<Draft>): Draft => ({ ...told, ...change });

describe('an event that could not be read', () => {
  it.each([
    ['at home', berlin, '19:00'],
    ['elsewhere', 'America/New_York', '13:00'],
    ['floating', null, '19:00'],
  ])('has the times of its clock %s', (_, zone, time) => {
    const { startTime, zone: own } = fromBody(bodyOf({ ...occurrence, zone }, berlin), berlin);
    expect([startTime, own]).toEqual([time, zone]);
  });

  it('is as it was told, whatever its notes, reminders and rule are', () => {
    expect(isAsTold(occurrence, body({ rrule: 'FREQ=WEEKLY' }), berlin)).toBe(true);
    expect(isAsTold(occurrence, body({ summary: 'Orchestra' }), berlin)).toBe(false);
    expect(isAsTold(occurrence, body({ start: '2026-11-21T18:30:00' }), berlin)).toBe(false);
  });

  it('keeps what the edit did not touch', () => {
    const one = body({ location: 'Church' });
    const { draft, read, clashes } = joined(told, edited({ summary: 'Big choir' }), one, one, berlin);
    expect(draft).toMatchObject({ summary: 'Big choir', location: 'Church', notes: 'Bring the score', reminders: [30], members: ['ada'] });
    expect([read.version, clashes]).toEqual([3, []]);
  });

  it('stands beside what somebody else has made of the same', () => {
    const one = body({ summary: 'Orchestra' });
    const { base, draft, clashes } = joined(told, edited({ summary: 'Big choir' }), one, one, berlin);
    expect(clashes).toEqual(['summary']);
    // As it is compared again when a person has decided.
    expect(merge(base, draft, fromBody(one, berlin))).toMatchObject({ clashes: ['summary'], merged: { summary: 'Big choir', notes: 'Bring the score' } });
  });

  it('changes the whole series by as much as the occurrence was changed', () => {
    const rule = 'FREQ=WEEKLY';
    const one = body({ start: '2026-11-21T19:00:00', recurring: true, rrule: rule });
    const all = body({ start: '2026-11-07T19:00:00', end: '2026-11-07T20:00:00', recurring: true, rrule: rule });
    const { draft, shown } = joined(told, edited({ startTime: '19:30', endTime: '20:30' }), one, all, berlin);
    expect(draft).toMatchObject({ startDate: '2026-11-07', startTime: '19:30', endTime: '20:30', rule });
    expect(shown).toMatchObject({ startDate: '2026-11-21', startTime: '19:30' });
  });

  it('asks about a series too, where both changed it', () => {
    const one = body({ summary: 'Orchestra', recurring: true, rrule: 'FREQ=WEEKLY' });
    const all = { ...one, start: '2026-11-07T19:00:00', end: '2026-11-07T20:00:00' };
    const { base, draft, clashes } = joined(told, edited({ summary: 'Big choir' }), one, all, berlin);
    expect(clashes).toEqual(['summary']);
    expect(merge(base, draft, fromBody(all, berlin))).toMatchObject({ clashes: ['summary'], merged: { summary: 'Big choir', startDate: '2026-11-07', rule: 'FREQ=WEEKLY' } });
  });
});
