import { afterEach, describe, expect, it } from 'vitest';
import { entryTime, marksOf, timeElsewhere } from '../src/i18n/entry';
import { formatDay, formatDuration, formatTime } from '../src/i18n/format';
import { formatAge, outOfHours } from '../src/i18n/spans';
import { useTexts } from '../src/i18n/catalogues';
import { locale, t, tCount, useLanguage } from '../src/i18n/language';
import type { DayEntry } from '../src/time/agenda';

afterEach(() => useLanguage(['en']));

describe('the language', () => {
  it("is the first of the browser's that there is, with its region", async () => {
    await useLanguage(['nl-NL', 'de-AT', 'en-US']);
    expect(locale).toBe('de-AT');
    expect(t('nav.today')).toBe('Heute');
  });

  it('is English when there is none', async () => {
    await useLanguage(['nl-NL']);
    expect(t('nav.today')).toBe('Today');
  });

  it('chooses the form for a number', async () => {
    await useTexts('feeds');
    expect(tCount('feeds.skipped', 1)).toBe('1 thing was left out');
    expect(tCount('feeds.skipped', 1200)).toBe('1,200 things were left out');
  });
});

describe('times', () => {
  const starts = Date.parse('2026-11-21T12:30:00Z');

  it('are told in the household zone and the habit of the language', async () => {
    await useLanguage(['de-DE']);
    expect(formatTime(starts, 'Europe/Berlin')).toBe('13:30');
    expect(formatDay('2026-11-21')).toBe('Samstag, 21. November');
    await useLanguage(['en-US']);
    expect(formatTime(starts, 'Europe/Berlin')).toMatch(/^1:30\sPM$/);
  });

  it('of allowed hours are told in the habit of the language', async () => {
    await useLanguage(['en-US']);
    await useTexts('accounts');
    expect(outOfHours('07:00-20:30')).toMatch(/^You may be here from 7:00\sAM to 8:30\sPM\.$/);
  });

  it('count down without reaching zero too early', () => {
    expect(formatDuration(1000)).toBe('1 min');
    expect(formatDuration(59.5 * 60_000)).toBe('1 hr');
    expect(formatDuration(65 * 60_000)).toBe('1 hr 5 min');
    expect(formatDuration(3 * 24 * 3_600_000)).toBe('3 days');
  });

  it('grow old in words', async () => {
    await useTexts('everywhere');
    expect(formatAge(59_000)).toBe('just now');
    expect(formatAge(5 * 60_000)).toBe('5 minutes ago');
    expect(formatAge(26 * 3_600_000)).toBe('26 hours ago');
  });

  it('of an event over midnight say where it ends, on both days', async () => {
    await useLanguage(['en-GB']);
    const occurrence = { start: '2026-11-21T21:00:00Z', end: '2026-11-22T01:00:00Z', allDay: false } as DayEntry['occurrence'];
    const first: DayEntry = { occurrence, date: '2026-11-21', part: 'starts', day: 1, days: 2 };
    expect(entryTime(first, 'Europe/Berlin')).toEqual({ main: '22:00', detail: 'until Sun 02:00' });
    expect(entryTime({ ...first, date: '2026-11-22', part: 'ends', day: 2 }, 'Europe/Berlin')).toEqual({ main: 'until 02:00', detail: '' });
  });

  it('of another place are told with its name, where its clock shows another time', async () => {
    await useLanguage(['en-GB']);
    const call = { start: '2026-11-21T22:00:00Z', end: '2026-11-21T23:00:00Z', allDay: false, zone: 'America/New_York', location: 'Online' } as DayEntry['occurrence'];
    expect(timeElsewhere(call, 'Europe/Berlin')).toBe('17:00 New York');
    expect(marksOf(call, 'Europe/Berlin')).toBe('17:00 New York · Online');
    for (const same of [{ zone: 'Europe/Vienna' }, { zone: 'Europe/Berlin' }, { zone: null }, { zone: 'Home/Office' }, { allDay: true, start: '2026-11-21' }])
      expect(timeElsewhere({ ...call, ...same }, 'Europe/Berlin')).toBe('');
  });
});
