import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Occurrence } from '../src/api/types';
import { agendaAt, daysOf, splitByDay } from '../src/time/agenda';
import { wallClock } from '../src/time/zone';

const berlin = 'Europe/Berlin';

let made = 0;
function occurrence(summary: string, start: string, end: string): Occurrence {
  made++;
  return {
    id: `o${made}`,
    busy: false,
    eventId: `e${made}`,
    recurrenceId: null,
    start,
    end,
    allDay: start.length === 10,
    zone: berlin,
    summary,
    location: null,
    status: 'confirmed',
    recurring: false,
    editable: true,
    private: false,
    color: '#336699',
    calendars: [],
    members: [],
  };
}

function laidOut(occurrences: Occurrence[], from: string, to: string, zone = berlin): string[] {
  return [...splitByDay(occurrences, from, to, zone)]
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .flatMap(([date, entries]) => entries.map((entry) => `${date} ${entry.part} ${entry.day}/${entry.days} ${entry.occurrence.summary}`));
}

const summaries = (entries: { occurrence: Occurrence }[]) => entries.map((entry) => entry.occurrence.summary);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(['America/Los_Angeles', 'Europe/Berlin', 'Pacific/Auckland'])('in a browser in %s, the household', (browserZone) => {
  it('keeps its days and hours', () => {
    vi.stubEnv('TZ', browserZone);
    expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(browserZone);
    const events = [
      occurrence('Trip', '2026-11-20', '2026-11-22'),
      occurrence('Early', '2026-11-20T23:15:00Z', '2026-11-20T23:45:00Z'),
      occurrence('Late', '2026-11-21T22:15:00Z', '2026-11-21T22:45:00Z'),
    ];
    expect(laidOut(events, '2026-11-19', '2026-11-25')).toEqual([
      '2026-11-20 allDay 1/2 Trip',
      '2026-11-21 allDay 2/2 Trip',
      '2026-11-21 single 1/1 Early',
      '2026-11-21 single 1/1 Late',
    ]);
    expect(agendaAt(events, Date.parse('2026-11-20T23:00:00Z'), '2026-12-01', berlin).today).toBe('2026-11-21');
  });
});

describe('an all-day event', () => {
  it('takes exactly its days in every household zone', () => {
    for (const zone of [berlin, 'America/Los_Angeles', 'Pacific/Auckland', 'Pacific/Apia', 'UTC'])
      expect(daysOf(occurrence('Trip', '2026-03-28', '2026-03-31'), zone)).toEqual({ first: '2026-03-28', last: '2026-03-30' });
  });

  it('takes one day when its end is no later than its start', () => {
    expect(daysOf(occurrence('Odd', '2026-03-28', '2026-03-28'), berlin)).toEqual({ first: '2026-03-28', last: '2026-03-28' });
  });

  it('is numbered by day, also when it began before the days shown', () => {
    expect(laidOut([occurrence('Trip', '2026-11-20', '2026-11-23')], '2026-11-21', '2026-11-30')).toEqual([
      '2026-11-21 allDay 2/3 Trip',
      '2026-11-22 allDay 3/3 Trip',
    ]);
  });
});

describe('a timed event', () => {
  it('belongs to the day of the household, not to that of UTC', () => {
    // 23:30 UTC is half past midnight in Berlin.
    expect(laidOut([occurrence('Late', '2026-11-20T23:30:00Z', '2026-11-21T00:30:00Z')], '2026-11-20', '2026-11-23')).toEqual([
      '2026-11-21 single 1/1 Late',
    ]);
  });

  it('over midnight is shown on both days', () => {
    expect(laidOut([occurrence('Party', '2026-11-21T21:00:00Z', '2026-11-22T01:00:00Z')], '2026-11-20', '2026-11-25')).toEqual([
      '2026-11-21 starts 1/2 Party',
      '2026-11-22 ends 2/2 Party',
    ]);
  });

  it('that ends at midnight does not touch the next day', () => {
    expect(laidOut([occurrence('Film', '2026-11-21T20:00:00Z', '2026-11-21T23:00:00Z')], '2026-11-20', '2026-11-25')).toEqual([
      '2026-11-21 single 1/1 Film',
    ]);
  });

  it('of several days covers those between its first and last', () => {
    expect(laidOut([occurrence('Camp', '2026-11-20T14:00:00Z', '2026-11-22T10:00:00Z')], '2026-11-20', '2026-11-25')).toEqual([
      '2026-11-20 starts 1/3 Camp',
      '2026-11-21 within 2/3 Camp',
      '2026-11-22 ends 3/3 Camp',
    ]);
  });

  it('of no length is on one day', () => {
    expect(laidOut([occurrence('Call', '2026-11-21T08:00:00Z', '2026-11-21T08:00:00Z')], '2026-11-21', '2026-11-22')).toEqual([
      '2026-11-21 single 1/1 Call',
    ]);
  });

  it('keeps its day where clocks go forward, back, or skip midnight itself', () => {
    // Berlin, 23 hours: the day from Saturday 23:00 UTC to Sunday 22:00 UTC.
    expect(laidOut([occurrence('Short', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')], '2026-03-28', '2026-03-31')).toEqual([
      '2026-03-29 single 1/1 Short',
    ]);
    // Berlin, 25 hours.
    expect(laidOut([occurrence('Long', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z')], '2026-10-24', '2026-10-27')).toEqual([
      '2026-10-25 single 1/1 Long',
    ]);
    // Cairo, 24 April 2026: 00:00 does not exist, the day starts at 01:00 (22:00 UTC).
    expect(laidOut([occurrence('Start', '2026-04-23T22:00:00Z', '2026-04-23T23:00:00Z')], '2026-04-23', '2026-04-26', 'Africa/Cairo')).toEqual([
      '2026-04-24 single 1/1 Start',
    ]);
  });
});

describe('a day', () => {
  it('lists what covers it, then what runs over from before, then the rest by time', () => {
    const day = [
      occurrence('Nine', '2026-11-21T08:00:00Z', '2026-11-21T09:00:00Z'),
      occurrence('Holiday', '2026-11-21', '2026-11-22'),
      occurrence('Eight', '2026-11-21T07:00:00Z', '2026-11-21T08:00:00Z'),
      occurrence('Night', '2026-11-20T21:00:00Z', '2026-11-21T05:00:00Z'),
    ];
    expect(summaries(splitByDay(day, '2026-11-21', '2026-11-22', berlin).get('2026-11-21')!)).toEqual(['Holiday', 'Night', 'Eight', 'Nine']);
  });
});

describe('the agenda', () => {
  const events = [
    occurrence('Holiday', '2026-11-21', '2026-11-22'),
    occurrence('Breakfast', '2026-11-21T07:00:00Z', '2026-11-21T07:30:00Z'),
    occurrence('Swimming', '2026-11-21T13:00:00Z', '2026-11-21T14:00:00Z'),
    occurrence('Dentist', '2026-11-21T15:00:00Z', '2026-11-21T16:00:00Z'),
    occurrence('Piano', '2026-11-21T15:00:00Z', '2026-11-21T16:00:00Z'),
    occurrence('Dinner', '2026-11-21T18:00:00Z', '2026-11-21T19:00:00Z'),
    occurrence('Football', '2026-11-22T09:00:00Z', '2026-11-22T10:00:00Z'),
  ];
  const at = (now: string) => agendaAt(events, Date.parse(now), '2026-12-01', berlin);

  it('tells what runs, what comes next, what is later and what is over', () => {
    const agenda = at('2026-11-21T13:00:00Z');
    expect(summaries(agenda.wholeDay)).toEqual(['Holiday']);
    expect(summaries(agenda.earlier)).toEqual(['Breakfast']);
    expect(summaries(agenda.running)).toEqual(['Swimming']);
    expect(summaries(agenda.next)).toEqual(['Dentist', 'Piano']);
    expect(summaries(agenda.later)).toEqual(['Dinner']);
    expect(agenda.coming.map((day) => day.date)).toEqual(['2026-11-22']);
  });

  it('ends an event at its end, not a minute later', () => {
    expect(summaries(at('2026-11-21T14:00:00Z').running)).toEqual([]);
  });

  it('looks to the next day for what comes next, and keeps it there too', () => {
    const agenda = at('2026-11-21T20:00:00Z');
    expect(summaries(agenda.next)).toEqual(['Football']);
    expect(summaries(agenda.coming[0]!.entries)).toEqual(['Football']);
  });

  it('moves to the next day at midnight of the household', () => {
    expect(at('2026-11-21T22:59:59Z').today).toBe('2026-11-21');
    expect(at('2026-11-21T23:00:00Z').today).toBe('2026-11-22');
    expect(summaries(at('2026-11-21T23:00:00Z').later)).toEqual([]);
    expect(summaries(at('2026-11-21T23:00:00Z').next)).toEqual(['Football']);
  });
});

describe('the wall clock', () => {
  it('shows the household zone whatever the zone of the browser', () => {
    expect(wallClock(Date.parse('2026-10-25T00:30:00Z'), berlin)).toEqual({ date: '2026-10-25', time: '02:30:00' });
    expect(wallClock(Date.parse('2026-10-25T01:30:00Z'), berlin)).toEqual({ date: '2026-10-25', time: '02:30:00' });
    expect(wallClock(Date.parse('2026-11-20T23:00:00Z'), berlin)).toEqual({ date: '2026-11-21', time: '00:00:00' });
    expect(wallClock(Date.parse('2026-11-21T10:59:59Z'), 'Pacific/Auckland')).toEqual({ date: '2026-11-21', time: '23:59:59' });
  });
});
