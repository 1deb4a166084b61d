import { afterEach, describe, expect, it } from 'vitest';
import { entryTime } from '../src/i18n/entry';
import { de } from '../src/i18n/de';
import { en, type MessageKey } from '../src/i18n/en';
import { formatAge, formatDay, formatDuration, formatTime } from '../src/i18n/format';
import { locale, t, tCount, useLanguage } from '../src/i18n/language';
import type { DayEntry } from '../src/time/agenda';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

afterEach(() => useLanguage(['en']));

describe('the catalogues', () => {
  it('use the same placeholders for every text', () => {
    for (const key of Object.keys(en) as MessageKey[]) expect(placeholders(de[key]), key).toEqual(placeholders(en[key]));
  });

  it('hold no text that was left empty', () => {
    for (const catalogue of [en, de]) for (const [key, text] of Object.entries(catalogue)) expect(text.trim(), key).not.toBe('');
  });
});

describe('the language', () => {
  it("is the first of the browser's that there is, with its region", async () => {
    await useLanguage(['fr-FR', 'de-AT', 'en-US']);
    expect(locale).toBe('de-AT');
    expect(t('nav.today')).toBe('Heute');
  });

  it('is English when there is none', async () => {
    await useLanguage(['fr-FR']);
    expect(t('nav.today')).toBe('Today');
  });

  it('chooses the form for a number', () => {
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

  it('count down without reaching zero too early', () => {
    expect(formatDuration(1000)).toBe('1 min');
    expect(formatDuration(59.5 * 60_000)).toBe('1 hr');
    expect(formatDuration(65 * 60_000)).toBe('1 hr 5 min');
    expect(formatDuration(3 * 24 * 3_600_000)).toBe('3 days');
  });

  it('grow old in words', () => {
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
});
