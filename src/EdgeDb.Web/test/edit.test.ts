import { describe, expect, it } from 'vitest';
import type { EventBody, Occurrence } from '../src/api/types';
import { differences, faultsOf, forSeries, fromBody, merge, moveByDays, newDraft, placeAt, preview, timed, toInput, type Draft } from '../src/edit/draft';
import type { Edit } from '../src/edit/edit';
import { applied, draftOf } from '../src/edit/overlay';
import { instantOf, minutesBetween, wallAt } from '../src/edit/wall';

const berlin = 'Europe/Berlin';

function body(start: string, end: string, more: Partial<EventBody> = {}): EventBody {
  const allDay = start.length === 10;
  return {
    id: 'e', calendarId: 'c', summary: 'Choir', description: null, location: null, url: null, color: null, status: 'confirmed',
    start: allDay ? start : `${start}:00`, end: allDay ? end : `${end}:00`, allDay, zone: allDay ? null : berlin, rrule: null,
    recurring: false, reminders: [], members: null, private: false, editable: true, version: 1, ...more,
  };
}
const draft = (start: string, end: string, more: Partial<EventBody> = {}) => fromBody(body(start, end, more), berlin);
const when = (value: Draft) => { const { start, end, zone } = toInput(value, null, berlin); return `${start} ${end} ${zone}`; };

describe('a clock on the wall', () => {
  it.each([berlin, 'America/Los_Angeles', 'Pacific/Auckland', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu'])('is found in %s around every change of clocks of a year', (zone) => {
    const [hour, day] = [3_600_000, 86_400_000];
    for (let midnight = Date.UTC(2026, 0, 1); midnight < Date.UTC(2027, 0, 1); midnight += day) {
      const changes = wallAt(midnight, zone).slice(11) !== wallAt(midnight + day, zone).slice(11);
      for (let instant = midnight; instant < midnight + day; instant += changes ? hour / 2 : day) {
        const wall = wallAt(instant, zone);
        const found = instantOf(wall, zone);
        expect(wallAt(found, zone)).toBe(wall);
        expect(found, wall).toBeLessThanOrEqual(instant);
      }
    }
  });

  it('keeps the offset from before a gap, and of a time that is there twice takes the first', () => {
    expect(new Date(instantOf('2026-03-29T02:30', berlin)).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(new Date(instantOf('2026-10-25T02:30', berlin)).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    // Midnight itself is skipped.
    expect(new Date(instantOf('2026-04-24T00:00', 'Africa/Cairo')).toISOString()).toBe('2026-04-23T22:00:00.000Z');
  });
});

describe('what the service sent', () => {
  it.each([
    body('2026-11-21T14:00', '2026-11-21T15:00'),
    body('2026-11-21', '2026-11-24', { rrule: 'FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=21' }),
    body('2026-11-21T14:00', '2026-11-21T15:00', { zone: 'America/New_York', reminders: [{ minutesBefore: 99_999 }], url: 'message:x', color: 'teal', status: 'tentative', private: true }),
    // Odd, and not ours to mend: seconds, an end at the start, no length at all.
    { ...body('2026-11-21T14:00', '2026-11-21T15:00'), start: '2026-11-21T14:00:30', end: '2026-11-21T14:00:30', zone: null },
    body('2026-11-21', '2026-11-21'),
    body('2026-11-21', '2026-11-22', { members: ['anna', 'ben'] }),
  ])('goes back as it came when nothing was changed: %j', (read) => {
    const { id, recurring, editable, version, ...same } = read;
    expect(toInput(fromBody(read, berlin), read, berlin)).toEqual(same);
  });

  it('goes back with its own zone, link and colour when the title alone was changed', () => {
    const read = body('2026-11-21T14:00', '2026-11-21T15:00', { zone: 'America/New_York', url: 'https://example.org/', color: 'teal' });
    expect(toInput({ ...fromBody(read, berlin), summary: 'Other' }, read, berlin)).toMatchObject({ start: read.start, zone: 'America/New_York', url: read.url, color: 'teal', summary: 'Other' });
  });
});

describe('a draft', () => {
  it('becomes all-day and timed again without losing its hours', () => {
    const allDay = { ...draft('2026-11-21T14:00', '2026-11-21T15:30'), allDay: true };
    expect(when(allDay)).toBe('2026-11-21 2026-11-22 null');
    expect(when({ ...allDay, allDay: false })).toBe('2026-11-21T14:00:00 2026-11-21T15:30:00 Europe/Berlin');
    expect(when({ ...draft('2026-11-21', '2026-11-24'), allDay: false })).toBe('2026-11-21T09:00:00 2026-11-23T10:00:00 Europe/Berlin');
  });

  it('shows the last day of several, and sends the one after', () => {
    const trip = draft('2026-11-21', '2026-11-24');
    expect([trip.startDate, trip.endDate]).toEqual(['2026-11-21', '2026-11-23']);
    expect(when({ ...trip, endDate: '2026-11-25' })).toBe('2026-11-21 2026-11-26 null');
  });

  it('knows when its end is before its start', () => {
    expect(faultsOf(draft('2026-11-21T14:00', '2026-11-21T14:00'))).toEqual({});
    expect(faultsOf(timed(newDraft('c', '2026-11-21', berlin), '2026-11-21T14:00', -1))).toEqual({ end: 'before' });
    expect(faultsOf({ ...draft('2026-11-21', '2026-11-22'), endDate: '2026-11-20' })).toEqual({ end: 'before' });
    expect(faultsOf({ ...draft('2026-11-21', '2026-11-22'), startDate: '' })).toEqual({ start: 'missing' });
    expect(faultsOf({ ...draft('2026-11-21T14:00', '2026-11-21T15:00'), endTime: '' })).toEqual({ end: 'missing' });
  });
});

describe('moving', () => {
  it('by days keeps the hour on the clock over a change of clocks, both ways', () => {
    const lesson = draft('2026-03-28T15:00', '2026-03-28T16:00');
    expect(when(moveByDays(lesson, 1))).toBe('2026-03-29T15:00:00 2026-03-29T16:00:00 Europe/Berlin');
    expect(when(moveByDays(draft('2026-10-24T15:00', '2026-10-24T16:00'), 2))).toBe('2026-10-26T15:00:00 2026-10-26T16:00:00 Europe/Berlin');
    expect(when(moveByDays(lesson, -60))).toBe('2026-01-27T15:00:00 2026-01-27T16:00:00 Europe/Berlin');
  });

  it('by hours into the night of a change keeps its length on the clock', () => {
    expect(when(placeAt(draft('2026-03-28T22:00', '2026-03-29T00:30'), '2026-03-29T01:00', null, berlin))).toBe('2026-03-29T01:00:00 2026-03-29T03:30:00 Europe/Berlin');
    expect(when(placeAt(draft('2026-10-24T20:00', '2026-10-24T22:00'), '2026-10-25T01:30', null, berlin))).toBe('2026-10-25T01:30:00 2026-10-25T03:30:00 Europe/Berlin');
  });

  it('keeps the zone of an event of another one, and its hour there when only the day is another', () => {
    // 14:00 in New York is 20:00 in Berlin, but for the week after Berlin has left summer time.
    const call = draft('2026-10-20T14:00', '2026-10-20T15:00', { zone: 'America/New_York' });
    expect(when(placeAt(call, '2026-10-27T20:00', null, berlin))).toBe('2026-10-27T14:00:00 2026-10-27T15:00:00 America/New_York');
    expect(when(placeAt(call, '2026-10-20T21:00', null, berlin))).toBe('2026-10-20T15:00:00 2026-10-20T16:00:00 America/New_York');
    expect(when(placeAt(call, '2026-10-20T20:00', '2026-10-20T22:30', berlin))).toBe('2026-10-20T14:00:00 2026-10-20T16:30:00 America/New_York');
  });

  it('leaves a floating time floating', () => {
    expect(when(placeAt(draft('2026-11-21T07:00', '2026-11-21T07:15', { zone: null }), '2026-11-22T08:00', null, berlin))).toBe('2026-11-22T08:00:00 2026-11-22T08:15:00 null');
  });

  it('of several days keeps their number, and resizing changes it', () => {
    const trip = draft('2026-11-21', '2026-11-24');
    expect(when(placeAt(trip, '2026-12-30', null, berlin))).toBe('2026-12-30 2027-01-02 null');
    expect(when(placeAt(trip, '2026-11-21', '2026-11-28', berlin))).toBe('2026-11-21 2026-11-28 null');
    expect(when(placeAt(draft('2026-11-21T14:00', '2026-11-21T15:00'), '2026-11-21T14:00', '2026-11-21T17:45', berlin))).toBe('2026-11-21T14:00:00 2026-11-21T17:45:00 Europe/Berlin');
  });

  it('to the row of whole days makes it all-day, and from there an hour of the household', () => {
    expect(when(placeAt(draft('2026-11-21T14:00', '2026-11-21T15:00'), '2026-11-23', null, berlin))).toBe('2026-11-23 2026-11-24 null');
    expect(when(placeAt(draft('2026-11-21', '2026-11-24'), '2026-11-23T10:00', null, berlin))).toBe('2026-11-23T10:00:00 2026-11-23T11:00:00 Europe/Berlin');
  });
});

describe('a change of one occurrence that is meant for its series', () => {
  const series = draft('2026-09-07T19:00', '2026-09-07T20:30', { rrule: 'FREQ=WEEKLY' });
  const shown = draft('2026-11-23T19:00', '2026-11-23T20:30', { rrule: 'FREQ=WEEKLY' });

  it('moves it by as many days and to the same hour', () => {
    expect(when(forSeries(shown, placeAt(shown, '2026-11-24T18:00', null, berlin), series))).toBe('2026-09-08T18:00:00 2026-09-08T19:30:00 Europe/Berlin');
    expect(when(forSeries(shown, { ...shown, endTime: '21:00' }, series))).toBe('2026-09-07T19:00:00 2026-09-07T21:00:00 Europe/Berlin');
    expect(when(forSeries(shown, { ...shown, allDay: true }, series))).toBe('2026-09-07 2026-09-08 null');
  });

  it('leaves its times alone when they were not changed, also where this occurrence was put elsewhere before', () => {
    const moved = draft('2026-11-25T10:00', '2026-11-25T11:00', { rrule: 'FREQ=WEEKLY' });
    expect(when(forSeries(moved, { ...moved, summary: 'Other' }, series))).toBe('2026-09-07T19:00:00 2026-09-07T20:30:00 Europe/Berlin');
    expect(forSeries(moved, { ...moved, summary: 'Other' }, series).summary).toBe('Other');
    expect(when(forSeries(moved, moveByDays(moved, 1), series))).toBe('2026-09-08T19:00:00 2026-09-08T20:00:00 Europe/Berlin');
  });
});

describe('two edits of one event', () => {
  const base = draft('2026-11-21T14:00', '2026-11-21T15:00');

  it('both count where they concern different things', () => {
    const { merged, clashes } = merge(base, { ...base, summary: 'Mine' }, { ...base, location: 'Theirs', startTime: '13:00' });
    expect(clashes).toEqual([]);
    expect(merged).toEqual({ ...base, summary: 'Mine', location: 'Theirs', startTime: '13:00' });
  });

  it('are a question where they concern the same thing, and times are one thing', () => {
    expect(merge(base, { ...base, startTime: '13:00' }, { ...base, endTime: '16:00' }).clashes).toEqual(['when']);
    expect(merge(base, { ...base, notes: 'Mine', summary: 'Same' }, { ...base, notes: 'Theirs', summary: 'Same' }).clashes).toEqual(['notes']);
  });

  it('are a question where both say whom it is for, however differently', () => {
    const named = (...members: string[]) => ({ ...base, members });
    expect(merge(base, named('anna'), named('ben')).clashes).toEqual(['members']);
    expect(merge(base, named('anna'), named('anna')).clashes).toEqual([]);
    expect(merge(named('anna'), named(), { ...named('anna'), location: 'Theirs' }).merged).toEqual({ ...base, members: [], location: 'Theirs' });
  });

  it('do not differ in hours that a whole day does not show', () => {
    expect(differences({ ...base, allDay: true }, { ...base, allDay: true, startTime: '08:00' })).toEqual([]);
  });
});

it('shows at once how it will be, at the instants that the service will make of it', () => {
  const shown = { id: 'o', start: '2026-03-28T14:00:00Z', end: '2026-03-28T15:00:00Z', allDay: false, calendars: ['c'] } as Occurrence;
  const moved = preview(shown, moveByDays(draft('2026-03-28T15:00', '2026-03-28T16:00'), 1), berlin);
  expect([moved.start, moved.end]).toEqual(['2026-03-29T13:00:00Z', '2026-03-29T14:00:00Z']);
  const allDay = preview(shown, { ...draft('2026-03-28T15:00', '2026-03-28T16:00'), allDay: true, calendarId: 'd' }, berlin);
  expect([allDay.start, allDay.end, allDay.zone, allDay.calendars.join()]).toEqual(['2026-03-28', '2026-03-29', null, 'd']);
});

it('counts minutes on the clock', () => {
  expect(minutesBetween('2026-03-28T22:00', '2026-03-29T06:00')).toBe(480);
});

describe('whom an edit names', () => {
  const shown = (id: string, start: string, members: string[]) => ({ id, eventId: 'e', start: `${start}T14:00:00Z`, end: `${start}T15:00:00Z`, allDay: false, summary: 'Choir', location: null, recurring: true, calendars: ['c'], members }) as unknown as Occurrence;
  const week = [shown('first', '2026-11-20', ['anna']), shown('second', '2026-11-27', ['anna']), shown('third', '2026-12-04', ['anna', 'ben'])];
  const change = (scope: Edit['scope'], from: string[], to: string[], more: Partial<Draft> = {}) => {
    const read = { ...draftOf(week[1]!, berlin), members: from };
    const draft = { ...read, members: to, ...more };
    const edit = { kind: 'change', state: 'saving', eventId: 'e', scope, occurrence: week[1], base: read, draft, shown: draft, place: null, members: ['anna'] } as unknown as Edit;
    return applied(edit, week, berlin).map(({ members }) => members.join(' '));
  };

  it('shows at once, as far as the edit reaches', () => {
    expect(change('this', [], ['ben'])).toEqual(['anna', 'ben', 'anna ben']);
    expect(change('following', [], ['ben'])).toEqual(['anna', 'ben', 'ben']);
    expect(change('all', [], ['ben'])).toEqual(['ben', 'ben', 'ben']);
  });

  it('are those of its calendar when it names nobody any more', () => expect(change('this', ['anna', 'ben'], [])).toEqual(['anna', 'anna', 'anna ben']));

  it('stay with each occurrence when something else is changed', () => expect(change('all', ['ben'], ['ben'], { summary: 'Rehearsal' })).toEqual(['anna', 'anna', 'anna ben']));

  it('stay where an occurrence is put elsewhere on screen', () => {
    const place = { kind: 'change', state: 'saving', eventId: 'e', scope: 'all', occurrence: week[2], base: null, draft: null, shown: null, place: { start: '2026-12-05T15:00', end: null }, members: [] } as unknown as Edit;
    expect(applied(place, week, berlin).map(({ members }) => members.join(' '))).toEqual(['anna', 'anna', 'anna ben']);
  });
});
