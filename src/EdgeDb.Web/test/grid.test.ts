import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../src/api/types';
import { splitByDay } from '../src/time/agenda';
import { drawnOf, endedBy, movedBy } from '../src/grid/spans';

const zone = 'Europe/Berlin';
const daySeconds = 86_400;

function occurrence(id: string, start: string, end: string): Occurrence {
  return { id, start, end, allDay: start.length === 10, summary: id } as Occurrence;
}

describe('an event that is moved in a grid', () => {
  it('keeps its hour over the night in which clocks change', () => {
    const lesson = occurrence('lesson', '2027-03-27T14:00:00Z', '2027-03-27T15:00:00Z');
    expect(movedBy(lesson, daySeconds, zone)).toEqual({ start: '2027-03-28T15:00', end: null });
  });

  it('stays a date when it is a whole day', () => {
    expect(movedBy(occurrence('trip', '2026-10-24', '2026-10-26'), 2 * daySeconds, zone)).toEqual({ start: '2026-10-26', end: null });
  });

  it('is made longer by the clock on the wall', () => {
    const night = occurrence('night', '2026-10-24T20:00:00Z', '2026-10-24T22:00:00Z');
    expect(endedBy(night, 6 * 3600, zone)).toEqual({ start: '2026-10-24T22:00', end: '2026-10-25T06:00' });
  });

  it('has the end that is drawn, where the clock goes back within it', () => {
    // From 02:30 to 02:15, of which the grid can only draw the beginning.
    const back = occurrence('back', '2026-10-25T00:30:00Z', '2026-10-25T01:15:00Z');
    expect(endedBy(back, 900, zone)).toEqual({ start: '2026-10-25T02:30', end: '2026-10-25T02:45' });
  });

  it('grows by whole days, also one that takes no time at all', () => {
    expect(endedBy(occurrence('trip', '2026-11-10', '2026-11-10'), daySeconds, zone)).toEqual({ start: '2026-11-10', end: '2026-11-12' });
  });
});

describe('a day that is too full', () => {
  const crowd = Array.from({ length: 5 }, (_, index) => occurrence(`c${index}`, `2026-11-21T1${index}:00:00Z`, `2026-11-21T1${index}:30:00Z`));
  const trip = occurrence('trip', '2026-11-20', '2026-11-22');
  const all = [...crowd, trip];
  const days = splitByDay(all, '2026-11-16', '2026-11-23', zone);

  it('is drawn as far as it can be read, with how much more there is', () => {
    const { occurrences, rest } = drawnOf(all, days, 3);
    expect(occurrences.map(({ id }) => id)).toEqual(['c0', 'c1', 'trip']);
    expect(rest).toEqual([{ date: '2026-11-21', count: 3 }]);
  });

  it('leaves what fits as it is', () => expect(drawnOf(all, days, 6)).toEqual({ occurrences: all, rest: [] }));
});
