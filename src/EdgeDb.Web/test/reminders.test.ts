import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../src/api/types';
import { marked, pruned, ringing, silent, type DueReminder, type Marks } from '../src/reminders/due';

const now = Date.parse('2026-11-21T13:20:00Z');
const minute = 60_000;
const iso = (minutes: number) => new Date(now + minutes * minute).toISOString();

/** Of an occurrence, due and over so many minutes from now. */
function reminder(of: string, at: number, until = 60): DueReminder {
  return { id: `${of}.${at}`, at: iso(at), until: iso(until), occurrence: { id: of } as Occurrence, task: null };
}

const keys = (known: DueReminder[], marks: Marks = {}, at = now) => ringing(known, marks, at).map(({ key }) => key);

describe('what rings', () => {
  it('is what is due and of use, the latest first', () => {
    expect(keys([reminder('early', -30), reminder('now', 0), reminder('ahead', 1), reminder('over', -70, -1), reminder('ends', -70, 0)])).toEqual(['now', 'early']);
  });

  it('is one card for all reminders of an occurrence, also those that were missed', () => {
    const [card, ...others] = ringing([reminder('a', -30), reminder('a', -10), reminder('a', 10)], {}, now);
    expect(others).toEqual([]);
    expect(card!.reminders.map(({ id }) => id)).toEqual(['a.-30', 'a.-10']);
  });

  it('stays away when it is done, and a later reminder of the same comes', () => {
    const known = [reminder('a', -10), reminder('a', 5)];
    const marks = marked({}, ringing(known, {}, now)[0]!.reminders, { done: true });
    expect(keys(known, marks)).toEqual([]);
    expect(keys(known, marks, now + 5 * minute)).toEqual(['a']);
  });

  it('comes again when it was postponed, before what came meanwhile, and is then to be heard again', () => {
    const known = [reminder('a', -10), reminder('b', 3)];
    const heard = marked({}, known, { rung: now });
    expect(silent(known, heard)).toEqual([]);
    const marks = marked(heard, [known[0]!], { again: now + 5 * minute });
    expect(keys(known, marks, now + 4 * minute)).toEqual(['b']);
    expect(keys(known, marks, now + 5 * minute)).toEqual(['a', 'b']);
    expect(silent(known, marks)).toEqual([known[0]]);
    expect(silent(known, marked(marks, [known[0]!], { rung: now + 5 * minute }))).toEqual([]);
  });

  it('is what is new of what was moved', () => {
    const marks = marked({}, [reminder('a', -10)], { done: true });
    expect(keys([reminder('a', -5)], marks)).toEqual(['a']);
  });
});

describe('what was done', () => {
  it('is forgotten when nobody asks for it any more, and when there is too much of it', () => {
    const marks = marked({}, [reminder('old', -100, -1), reminder('kept', -10)], { done: true });
    expect(Object.keys(pruned(marks, now))).toEqual(['kept.-10']);
    const many = marked({}, Array.from({ length: 1500 }, (_, index) => reminder(`${index}`, -10, index + 1)), { done: true });
    expect(Object.keys(pruned(many, now))).toHaveLength(1000);
    expect(pruned(many, now)).toHaveProperty(['1499.-10']);
  });

  it('keeps what else was known of it', () => {
    const marks = marked(marked({}, [reminder('a', -10)], { rung: 1 }), [reminder('a', -10)], { again: 2 });
    expect(marks['a.-10']).toMatchObject({ rung: 1, again: 2 });
  });
});
