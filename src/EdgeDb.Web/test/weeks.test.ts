import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../src/api/types';
import { barsOf, fitted } from '../src/grid/weeks';

const zone = 'Europe/Berlin';
const from = '2026-11-16';

function occurrence(id: string, start: string, end: string): Occurrence {
  return { id, start, end, allDay: start.length === 10, summary: id } as Occurrence;
}

function lesson(id: string, day: string, hour: string): Occurrence {
  return occurrence(id, `${day}T${hour}:00:00Z`, `${day}T${hour}:30:00Z`);
}

function placed(occurrences: Occurrence[], weeks = 1): string[][] {
  return barsOf(occurrences, from, weeks, zone).map((bars) => bars.map(({ occurrence, column, span, lane }) => `${occurrence.id} ${column}+${span} in ${lane}`));
}

describe('the bars of a month', () => {
  it('go on in each week that they touch, and know where they begin and end', () => {
    const holiday = occurrence('holiday', '2026-11-20', '2026-12-02');
    expect(placed([holiday], 3)).toEqual([['holiday 4+3 in 0'], ['holiday 0+7 in 0'], ['holiday 0+2 in 0']]);
    expect(barsOf([holiday], from, 3, zone).map(([bar]) => [bar!.starts, bar!.ends])).toEqual([[true, false], [false, false], [false, true]]);
  });

  it('stand in the uppermost lane that is free on all of their days', () => {
    const trip = occurrence('trip', '2026-11-17', '2026-11-19');
    expect(placed([lesson('early', '2026-11-16', '08'), lesson('late', '2026-11-18', '08'), trip])).toEqual([
      ['early 0+1 in 0', 'trip 1+2 in 0', 'late 2+1 in 1'],
    ]);
  });

  it('are read from above: what goes on from before, what lasts longer, whole days, then the clock', () => {
    const all = [
      lesson('noon', '2026-11-16', '11'),
      lesson('morning', '2026-11-16', '07'),
      occurrence('birthday', '2026-11-16', '2026-11-17'),
      occurrence('trip', '2026-11-16', '2026-11-18'),
      occurrence('holiday', '2026-11-15', '2026-11-17'),
    ];
    expect(placed(all)[0]!.map((bar) => bar.split(' ')[0])).toEqual(['holiday', 'trip', 'birthday', 'morning', 'noon']);
  });

  it('are on the days of the household, and not on the one at whose midnight they end', () => {
    // From ten in the evening to midnight, and to two in the morning.
    const evening = occurrence('evening', '2026-11-16T21:00:00Z', '2026-11-16T23:00:00Z');
    const night = occurrence('night', '2026-11-16T21:00:00Z', '2026-11-17T01:00:00Z');
    expect(placed([evening, night])).toEqual([['night 0+2 in 0', 'evening 0+1 in 1']]);
    expect(barsOf([evening, night], from, 1, zone)[0]!.map(({ timed }) => timed)).toEqual([false, true]);
  });

  it('of other weeks are not in this one', () => expect(placed([lesson('before', '2026-11-15', '08'), lesson('after', '2026-11-23', '08')])).toEqual([[]]));
});

describe('a week with fewer lanes than it needs', () => {
  const crowd = ['07', '08', '09', '10'].map((hour) => lesson(hour, '2026-11-16', hour));
  const shownOf = (occurrences: Occurrence[], lanes: number) => {
    const { bars, hidden } = fitted(barsOf(occurrences, from, 1, zone)[0]!, lanes);
    return { shown: bars.flat().map(({ occurrence }) => occurrence.id), hidden };
  };

  it('shows all of it where it fits to the line', () => expect(shownOf(crowd, 4)).toEqual({ shown: ['07', '08', '09', '10'], hidden: [0, 0, 0, 0, 0, 0, 0] }));

  it('gives its last line to saying how much more there is', () => expect(shownOf(crowd, 3)).toEqual({ shown: ['07', '08'], hidden: [2, 0, 0, 0, 0, 0, 0] }));

  it('takes a bar from all of its days, and then says so on each of them', () => {
    const trip = occurrence('trip', '2026-11-16', '2026-11-18');
    const after = [lesson('a', '2026-11-17', '07'), lesson('b', '2026-11-17', '08')];
    const holidays = ['x', 'y'].map((id) => occurrence(id, '2026-11-14', '2026-11-17'));
    // The trip gives way to the two holidays on Monday, and on Tuesday, where it would be in the third lane, to nobody.
    expect(shownOf([trip, ...holidays, ...after], 2)).toEqual({ shown: ['x', 'a'], hidden: [2, 2, 0, 0, 0, 0, 0] });
  });

  it('shows nothing where there is no room at all', () => expect(shownOf(crowd, 0)).toEqual({ shown: [], hidden: [4, 0, 0, 0, 0, 0, 0] }));
});
