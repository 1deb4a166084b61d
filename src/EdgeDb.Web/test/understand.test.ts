import { describe, expect, it } from 'vitest';
import type { Calendar } from '../src/api/types';
import { endOf, startOf } from '../src/edit/draft';
import { understand, type Context } from '../src/edit/understand';

const calendar = (id: string, name: string, members: string[] = []): Calendar => ({ id, name, color: '#123456', kind: 'local', holds: 'events', eventCount: 0, access: 'household', members });
/** Saturday, 14:20. */
const context: Context = {
  locale: 'en-GB',
  now: '2026-11-21T14:20',
  zone: 'Europe/Berlin',
  calendarId: 'family',
  calendars: [calendar('family', 'Family', ['a', 'b']), calendar('anna', 'Anna', ['a']), calendar('school', 'School trips')],
  members: [{ id: 'a', name: 'Anna', color: '#e4572e' }, { id: 'b', name: 'Ben', color: '#2e86ab' }],
};

function said(text: string, locale = 'en-GB'): string {
  const draft = understand(text, { ...context, locale });
  const when = draft.allDay ? [draft.startDate, ...(draft.endDate === draft.startDate ? [] : [draft.endDate])].join('..') : `${startOf(draft)}..${endOf(draft)}`;
  return [when, draft.summary, ...(draft.calendarId === 'family' ? [] : [`#${draft.calendarId}`]), ...draft.members.map((member) => `@${member}`)].join(' ');
}

describe('a line of text', () => {
  it.each([
    ['Dentist', '2026-11-21 Dentist'],
    ['Dentist tomorrow', '2026-11-22 Dentist'],
    ['Dentist tomorrow 15:00', '2026-11-22T15:00..2026-11-22T16:00 Dentist'],
    ['Dentist tomorrow at 15:00-16:30', '2026-11-22T15:00..2026-11-22T16:30 Dentist'],
    ['tomorrow 9.30 Dentist', '2026-11-22T09:30..2026-11-22T10:30 Dentist'],
    ['Dentist 16:00', '2026-11-21T16:00..2026-11-21T17:00 Dentist'],
    // It has passed, so it is not that of today.
    ['Dentist 8:00', '2026-11-22T08:00..2026-11-22T09:00 Dentist'],
    ['Swim Saturday 16:00', '2026-11-21T16:00..2026-11-21T17:00 Swim'],
    ['Swim Saturday 10:00', '2026-11-28T10:00..2026-11-28T11:00 Swim'],
    ['Swim on Monday at 5pm 45 min', '2026-11-23T17:00..2026-11-23T17:45 Swim'],
    ['Swim Mon 5:30 p.m. for 1.5h', '2026-11-23T17:30..2026-11-23T19:00 Swim'],
    ['Lunch 12-1pm Tue', '2026-11-24T12:00..2026-11-24T13:00 Lunch'],
    ['Party 22:00-2:00', '2026-11-21T22:00..2026-11-22T02:00 Party'],
    ['Christmas 25 December', '2026-12-25 Christmas'],
    ['Christmas on December 25th', '2026-12-25 Christmas'],
    ['Birthday 3 Jan', '2027-01-03 Birthday'],
    ['Birthday 3/1/2028', '2028-01-03 Birthday'],
    ['Trip 24.12. - 27.12.', '2026-12-24..2026-12-27 Trip'],
    ['Trip 2026-12-24 to 2 January', '2026-12-24..2027-01-02 Trip'],
    ['Leap 2028-02-29', '2028-02-29 Leap'],
    ['Odd 2026-02-30', '2026-11-21 Odd 2026-02-30'],
    ['Yoga #school tomorrow', '2026-11-22 Yoga #school'],
    ['Yoga @anna tomorrow', '2026-11-22 Yoga #anna'],
    ['Yoga @Ben', '2026-11-21 Yoga @b'],
    // Those of a calendar need not be named in it.
    ['Yoga @Ben @anna', '2026-11-21 Yoga'],
    ['Yoga #anna @Ben', '2026-11-21 Yoga #anna @b'],
    ['Yoga #anna @Anna', '2026-11-21 Yoga #anna'],
    ['Yoga #school @Ben, @Anna tomorrow', '2026-11-22 Yoga #school @a @b'],
    ['Mail @nobody #nowhere', '2026-11-21 Mail @nobody #nowhere'],
    // Numbers and words that are not meant so.
    ['Buy 3 apples', '2026-11-21 Buy 3 apples'],
    ['Room 101 for the monday club', '2026-11-23 Room 101 for the club'],
    ['Mayday', '2026-11-21 Mayday'],
    ['Bus 25:99', '2026-11-21 Bus 25:99'],
    ['', '2026-11-21 '],
  ])('%j is %j', (text, meant) => expect(said(text)).toBe(meant));

  it.each([
    ['Zahnarzt morgen um 15 Uhr', '2026-11-22T15:00..2026-11-22T16:00 Zahnarzt'],
    ['Zahnarzt übermorgen 15:00 bis 16:30', '2026-11-23T15:00..2026-11-23T16:30 Zahnarzt'],
    ['Chor Donnerstag 19-21 Uhr', '2026-11-26T19:00..2026-11-26T21:00 Chor'],
    ['Chor Do. 19:30 2 Std', '2026-11-26T19:30..2026-11-26T21:30 Chor'],
    ['Urlaub 24. Dezember bis 2. Januar', '2026-12-24..2027-01-02 Urlaub'],
    ['Oma am 3.12. 15:00', '2026-12-03T15:00..2026-12-03T16:00 Oma'],
    ['Dentist tomorrow 15:00', '2026-11-22T15:00..2026-11-22T16:00 Dentist'],
  ])('%j is %j in German', (text, meant) => expect(said(text, 'de-DE')).toBe(meant));

  it.each([
    ['fr-FR', 'Dentiste demain 15h30', '2026-11-22T15:30..2026-11-22T16:30 Dentiste'],
    ['fr-FR', 'Piscine lundi à 17h', '2026-11-23T17:00..2026-11-23T18:00 Piscine'],
    ['fr-FR', 'Vacances le 24 décembre', '2026-12-24 Vacances'],
    ['es-ES', 'Dentista mañana a las 15:00', '2026-11-22T15:00..2026-11-22T16:00 Dentista'],
    ['es-ES', 'Fiesta 24 de diciembre', '2026-12-24 Fiesta'],
    ['en-US', 'Birthday 1/3/2028', '2028-01-03 Birthday'],
  ])('in %s: %j is %j', (locale, text, meant) => expect(said(text, locale)).toBe(meant));

  it('is a title where it is nothing else, and never longer than it was', () => {
    for (const text of ['1'.repeat(500), ' - '.repeat(170), '12:'.repeat(160), 'at '.repeat(160), '@'.repeat(500), '24.'.repeat(160), '<script>'.repeat(60), '\u202Etxt.exe', '🙂'])
      expect(understand(text, context).summary.length, text.slice(0, 10)).toBeLessThanOrEqual(text.length);
  });
});
