import { describe, expect, it } from 'vitest';
import { weekNumber } from '../src/time/months';
import { periodOf } from '../src/time/period';

const today = '2026-11-21';

describe('a period', () => {
  it.each([
    ['day', null, '2026-11-21', '2026-11-22', '2026-11-20', '2026-11-22'],
    ['day', '2026-12-31', '2026-12-31', '2027-01-01', '2026-12-30', '2027-01-01'],
    ['week', null, '2026-11-16', '2026-11-23', '2026-11-09', '2026-11-23'],
    ['week', '2027-01-02', '2026-12-28', '2027-01-04', '2026-12-21', '2027-01-04'],
    ['month', '2026-12', '2026-12-01', '2027-01-01', '2026-11', '2027-01'],
    ['year', '2028', '2028-01-01', '2029-01-01', '2027', '2029'],
    ['year', '0001', '1000-01-01', '1001-01-01', '0999', '1001'],
  ] as const)('of a %s named %s reaches from %s to %s', (span, named, from, to, previous, next) => {
    expect(periodOf(span, named, today, 1)).toMatchObject({ from, to, previous, next });
  });

  it('starts its week on the day that the household chose', () => {
    expect(periodOf('week', '2026-11-21', today, 0)).toMatchObject({ from: '2026-11-15', to: '2026-11-22' });
    expect(periodOf('week', '2026-11-22', today, 0)).toMatchObject({ at: '2026-11-22', previous: '2026-11-15' });
    expect(periodOf('week', '2026-11-22', today, 1)).toMatchObject({ at: '2026-11-16' });
  });

  it('keeps today in sight when it has it, else its first day', () => {
    expect(periodOf('month', '2026-11', today, 1).anchor).toBe('2026-11-21');
    expect(periodOf('month', '2026-12', today, 1).anchor).toBe('2026-12-01');
  });
});

it.each([
  ['2026-12-28', 53],
  ['2027-01-04', 1],
  ['2024-12-30', 1],
  ['2026-03-23', 13],
  ['2026-12-27', 1],
  ['2026-11-15', 47],
  ['2023-01-01', 1],
])('the week from %s has the number %i', (first, number) => {
  expect(weekNumber(first)).toBe(number);
});
