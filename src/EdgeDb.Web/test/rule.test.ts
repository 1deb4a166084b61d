import { describe, expect, it } from 'vitest';
import { isLastOfMonth, movedRule, ordinalOf, parseRule, ruleText, simple, type RuleStart } from '../src/edit/rule';

/** A Sunday, the fourth and not the last of its month. */
const sunday: RuleStart = { allDay: false, start: '2026-11-22T15:00', zone: 'Europe/Berlin' };
const monday: RuleStart = { allDay: false, start: '2026-11-30T15:00', zone: 'Europe/Berlin' };
const wholeDay: RuleStart = { allDay: true, start: '2026-11-22T00:00', zone: null };

describe('a rule', () => {
  it.each([
    ['FREQ=DAILY', sunday],
    ['FREQ=DAILY;INTERVAL=10;COUNT=3', sunday],
    ['FREQ=WEEKLY;BYDAY=SU', sunday],
    ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', monday],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU', sunday],
    ['FREQ=MONTHLY', sunday],
    ['FREQ=MONTHLY;BYDAY=4SU', sunday],
    ['FREQ=MONTHLY;BYDAY=-1MO', monday],
    ['FREQ=MONTHLY;BYDAY=5MO', monday],
    ['FREQ=YEARLY;COUNT=18', wholeDay],
    ['FREQ=WEEKLY;BYDAY=SU;UNTIL=20261224', wholeDay],
    // The last second of Christmas Eve in Berlin, and of a summer's day.
    ['FREQ=DAILY;UNTIL=20261224T225959Z', sunday],
    ['FREQ=DAILY;UNTIL=20270624T215959Z', sunday],
    ['FREQ=DAILY;UNTIL=20261224T235959', { ...sunday, zone: null }],
  ])('%s of the form comes back as it was', (rule, about) => {
    const repeat = parseRule(rule, about);
    expect(repeat).not.toBeNull();
    expect(ruleText(repeat!, about)).toBe(rule);
  });

  it.each(['FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=SU', 'FREQ=MONTHLY', 'FREQ=YEARLY'])('%s is what a preset makes', (rule) => {
    const units = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' } as const;
    expect(ruleText(simple(units[/=(\w+)/.exec(rule)![1] as keyof typeof units], '2026-11-22'), sunday)).toBe(rule);
  });

  it.each([
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1',
    'FREQ=YEARLY;BYDAY=4SU;BYMONTH=11',
    'FREQ=YEARLY;BYWEEKNO=20',
    'FREQ=HOURLY',
    'FREQ=WEEKLY;BYDAY=MO',
    'FREQ=MONTHLY;BYDAY=1SU',
    'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU',
    'FREQ=DAILY;BYHOUR=9,15',
    'FREQ=DAILY;INTERVAL=0',
    'nonsense',
  ])('%s says more than the form can', (rule) => expect(parseRule(rule, sunday)).toBeNull());

  it.each([
    ['FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=22', 'FREQ=YEARLY'],
    ['FREQ=MONTHLY;BYMONTHDAY=22', 'FREQ=MONTHLY'],
    ['FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=SU'],
    ['FREQ=WEEKLY;WKST=SU;BYDAY=MO,SU', 'FREQ=WEEKLY;BYDAY=MO,SU'],
  ])('%s means %s', (rule, same) => expect(ruleText(parseRule(rule, sunday)!, sunday)).toBe(same));

  it('ends on its last day also where it was cut just before an occurrence', () => {
    // The second before the lesson of 29 November.
    expect(parseRule('FREQ=DAILY;UNTIL=20261129T135959Z', sunday)!.end).toEqual({ kind: 'until', date: '2026-11-28' });
    expect(parseRule('FREQ=DAILY;UNTIL=20261129T140000Z', sunday)!.end).toEqual({ kind: 'until', date: '2026-11-29' });
    expect(parseRule('FREQ=DAILY;UNTIL=20261129', sunday)!.end).toEqual({ kind: 'until', date: '2026-11-29' });
  });

  it('that is not saved yet goes along when its start moves', () => {
    expect(movedRule('FREQ=WEEKLY;BYDAY=SU', sunday, monday)).toBe('FREQ=WEEKLY;BYDAY=MO');
    expect(movedRule('FREQ=WEEKLY;BYDAY=TU,SU', sunday, monday)).toBe('FREQ=WEEKLY;BYDAY=MO,WE');
    expect(movedRule('FREQ=MONTHLY;BYDAY=4SU', sunday, monday)).toBe('FREQ=MONTHLY;BYDAY=-1MO');
    expect(movedRule('FREQ=WEEKLY;BYDAY=SU;UNTIL=20261224T225959Z', sunday, wholeDay)).toBe('FREQ=WEEKLY;BYDAY=SU;UNTIL=20261224');
    expect(movedRule('FREQ=MONTHLY;BYMONTHDAY=1,15', sunday, monday)).toBe('FREQ=MONTHLY;BYMONTHDAY=1,15');
    expect(movedRule('', sunday, monday)).toBe('');
  });
});

it('counts the weekdays of a month', () => {
  expect(['2026-11-01', '2026-11-07', '2026-11-08', '2026-11-29'].map(ordinalOf)).toEqual([1, 1, 2, 5]);
  expect(['2026-11-22', '2026-11-24', '2026-11-30', '2026-02-21', '2026-02-22'].map(isLastOfMonth)).toEqual([false, true, true, false, true]);
});
