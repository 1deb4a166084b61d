import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, isPlainDate, weekday } from '../src/time/dates';
import { addMonths, monthWeeks } from '../src/time/months';

describe('days of the calendar', () => {
  it('are counted across months, leap days and clock changes', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
    expect(daysBetween('2026-10-26', '2026-10-24')).toBe(-2);
  });

  it('know their weekday', () => {
    expect(weekday('2026-11-22')).toBe(0);
    expect(weekday('2026-11-23')).toBe(1);
  });

  it('are told from other text', () => {
    expect(isPlainDate('2026-02-29')).toBe(false);
    expect(isPlainDate('2028-02-29')).toBe(true);
    expect(isPlainDate('2026-1-5')).toBe(false);
  });
});

describe('a month', () => {
  it('moves over the turn of a year', () => {
    expect(addMonths('2026-12', 1)).toBe('2027-01');
    expect(addMonths('2026-01', -1)).toBe('2025-12');
  });

  it('is shown in whole weeks that start on Monday or on Sunday', () => {
    expect(monthWeeks('2026-11', 1)).toEqual({ from: '2026-10-26', to: '2026-12-07' });
    expect(monthWeeks('2026-11', 0)).toEqual({ from: '2026-11-01', to: '2026-12-06' });
    // February 2027 is exactly four weeks from Monday to Sunday.
    expect(monthWeeks('2027-02', 1)).toEqual({ from: '2027-02-01', to: '2027-03-01' });
  });
});
