import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../src/api/types';
import { recall, type KnownWindow } from '../src/time/known';

const zone = 'Europe/Berlin';
const on = (id: string, start: string, end = start) => ({ id, allDay: false, start: `${start}T10:00:00Z`, end: `${end}T11:00:00Z` }) as Occurrence;
const window = (at: number, from: string, to: string, ...items: Occurrence[]): KnownWindow => ({ from, to, zone, at, items });
const ids = (found: ReturnType<typeof recall>) => found?.items.map((item) => item.id).sort();

describe('what is known of other windows', () => {
  it('is those of the days that are wanted', () => {
    const known = window(1, '2026-11-01', '2026-12-01', on('before', '2026-11-05'), on('within', '2026-11-20'), on('into', '2026-11-18', '2026-11-19'));
    expect(recall([known], '2026-11-19', '2026-11-26', zone)).toEqual({ items: [known.items[1], known.items[2]], at: 1, days: null });
  });

  it('is nothing for other days or of another zone', () => {
    const known = window(1, '2026-11-01', '2026-12-01', on('a', '2026-11-05'));
    expect(recall([known], '2026-12-01', '2026-12-08', zone)).toBeNull();
    expect(recall([known], '2026-11-01', '2026-11-08', 'UTC')).toBeNull();
  });

  it('leaves out of an older window what a newer one knows better', () => {
    const older = window(1, '2026-11-01', '2026-12-01', on('gone', '2026-11-20'), on('moved', '2026-11-21'), on('kept', '2026-11-28'));
    const newer = window(2, '2026-11-16', '2026-11-23', on('moved', '2026-11-22'));
    const found = recall([older, newer], '2026-11-16', '2026-11-30', zone);
    expect(ids(found)).toEqual(['kept', 'moved']);
    expect(found?.items.find((item) => item.id === 'moved')?.start).toBe('2026-11-22T10:00:00Z');
    expect(found?.at).toBe(1);
  });

  it('says how far it reaches', () => {
    const known = [window(2, '2026-11-16', '2026-11-23', on('a', '2026-11-20')), window(1, '2026-11-20', '2026-11-27', on('b', '2026-11-25'))];
    const found = recall(known, '2026-11-18', '2026-12-05', zone);
    expect(ids(found)).toEqual(['a', 'b']);
    expect(found?.days).toEqual({ from: '2026-11-16', to: '2026-11-27' });
  });

  it('does not reach over days that nobody told of', () => {
    const known = [window(2, '2026-11-16', '2026-11-20', on('a', '2026-11-17')), window(1, '2026-11-25', '2026-11-30', on('b', '2026-11-26'))];
    const found = recall(known, '2026-11-16', '2026-11-30', zone);
    expect(ids(found)).toEqual(['a']);
    expect(found?.days).toEqual({ from: '2026-11-16', to: '2026-11-20' });
  });
});
