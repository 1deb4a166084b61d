import type { Calendar, Member, PlainDate } from '../api/types';
import { addDays, isPlainDate, weekday } from '../time/dates';
import { newDraft, timed, type Draft } from './draft';
import { addMinutes, minutesBetween, timeOf, wallTime, type WallTime } from './wall';

/** What a line of text is understood against. */
export interface Context {
  /** BCP 47. */
  locale: string;
  /** What the household's clock shows. */
  now: WallTime;
  zone: string;
  /** Where an event goes that names no calendar. */
  calendarId: string;
  /** Those that may be written to. */
  calendars: readonly Calendar[];
  members: readonly Member[];
}

interface Words {
  /** Names of days by how far they are from today: `tomorrow`. */
  relative: Map<string, number>;
  weekdays: Map<string, number>;
  months: Map<string, number>;
  monthFirst: boolean;
}

const wordsOf = new Map<string, Words>();

function fold(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/** The words of a language, as its own date formats have them. */
function words(locale: string): Words {
  const known = wordsOf.get(locale);
  if (known) return known;
  const made: Words = { relative: new Map(), weekdays: new Map(), months: new Map(), monthFirst: false };
  for (const tag of ['en', locale]) {
    const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
    for (const days of [0, 1, 2]) {
      const text = fold(relative.format(days, 'day'));
      if (!/\d/.test(text)) made.relative.set(text, days);
    }
    for (const width of ['long', 'short'] as const) {
      const weekdays = new Intl.DateTimeFormat(tag, { weekday: width, timeZone: 'UTC' });
      // 4 January 2026 was a Sunday.
      for (let day = 0; day < 7; day++) made.weekdays.set(fold(weekdays.format(Date.UTC(2026, 0, 4 + day))), day);
      const months = new Intl.DateTimeFormat(tag, { day: 'numeric', month: width, timeZone: 'UTC' });
      for (let month = 0; month < 12; month++) {
        const name = months.formatToParts(Date.UTC(2026, month, 15)).find((part) => part.type === 'month')!.value;
        if (!/^\d/.test(name)) made.months.set(fold(name), month + 1);
      }
    }
  }
  const parts = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'numeric' }).formatToParts(0).map((part) => part.type);
  made.monthFirst = parts.indexOf('month') < parts.indexOf('day');
  wordsOf.set(locale, made);
  return made;
}

function alternatives(names: Iterable<string>): string {
  return [...names].sort((first, second) => second.length - first.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
}

/** A text from which what was understood is taken away, and the rest becomes the title. */
class Line {
  constructor(public rest: string) {}

  /** Takes the first place that matches as a whole word, unless `read` does not want it. */
  take<T>(pattern: string, read: (groups: Record<string, string | undefined>) => T | null): T | null {
    const found = new RegExp(`(?<=^|[\\s,;(])(?:${pattern})(?=$|[\\s,;)])`, 'iu').exec(this.rest);
    const value = found && read(found.groups ?? {});
    if (!found || value === null) return null;
    this.rest = `${this.rest.slice(0, found.index)} ${this.rest.slice(found.index + found[0].length)}`;
    return value;
  }
}

/** Words that lead to a date or time and say nothing else. */
const lead = '(?:(?:on|at|from|am|um|ab|von|vom|den|der|a las?|le|la|las|el|à|a|de|dès|du) +)?';
const clockWord = '(?: ?(?:uhr|h))?';

/** A date, after `lead`. */
function dateIn(line: Line, today: PlainDate, { relative, weekdays, months, monthFirst }: Words): { date: PlainDate; isWeekday: boolean } | null {
  const year = Number(today.slice(0, 4));
  const two = (number: number) => String(number).padStart(2, '0');
  /** The next such day, when no year is named. */
  const dateOf = (day: number, month: number, named: string | undefined): PlainDate | null => {
    const full = named && (named.length === 2 ? 2000 + Number(named) : Number(named));
    const date = `${full || year}-${two(month)}-${two(day)}`;
    if (full || !isPlainDate(date) || date >= today) return isPlainDate(date) ? date : null;
    return `${year + 1}${date.slice(4)}`;
  };
  const day = '(?<day>[0-3]?\\d)(?:\\.|st|nd|rd|th|º|er)?';
  const month = `(?<month>${alternatives(months.keys())})\\.?`;
  const readNamed = (groups: Record<string, string | undefined>) => dateOf(Number(groups.day), months.get(groups.month!.toLowerCase())!, groups.year);
  const date =
    line.take(`${lead}(?<date>\\d{4}-\\d{2}-\\d{2})`, ({ date }) => (isPlainDate(date!) ? date! : null)) ??
    line.take(`${lead}${day}(?: de)? +${month}(?:(?: de)? +(?<year>\\d{4}))?`, readNamed) ??
    line.take(`${lead}${month} +${day},?(?: +(?<year>\\d{4}))?`, readNamed) ??
    line.take(`${lead}(?<day>[0-3]?\\d)\\.(?<month>[01]?\\d)\\.(?<year>\\d{4}|\\d{2})?`, ({ day, month, year: named }) => dateOf(Number(day), Number(month), named)) ??
    line.take(`${lead}(?<first>[0-3]?\\d)/(?<second>[0-3]?\\d)(?:/(?<year>\\d{4}|\\d{2}))?`, ({ first, second, year: named }) =>
      monthFirst ? dateOf(Number(second), Number(first), named) : dateOf(Number(first), Number(second), named),
    ) ??
    line.take(`(?<name>${alternatives(relative.keys())})`, ({ name }) => addDays(today, relative.get(name!.toLowerCase())!));
  if (date) return { date, isWeekday: false };
  const next = line.take(`${lead}(?<name>${alternatives(weekdays.keys())})\\.?`, ({ name }) =>
    addDays(today, (weekdays.get(name!.toLowerCase())! - weekday(today) + 7) % 7),
  );
  return next === null ? null : { date: next, isWeekday: true };
}

function clock(hour: string | undefined, minute: string | undefined, half: string | undefined): string | null {
  let hours = Number(hour);
  if (half) {
    if (hours < 1 || hours > 12) return null;
    hours = (hours % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
  }
  return hours < 24 && Number(minute ?? 0) < 60 ? `${String(hours).padStart(2, '0')}:${(minute ?? '0').padStart(2, '0')}` : null;
}

/** A time and, when it is a span, its end. */
function timeIn(line: Line, locale: string): { start: string; end: string | null } | null {
  const half = (name: string) => `(?: ?(?<${name}>[ap])\\.?m\\.?)?`;
  const full = (name: string) => `(?<${name}>[0-2]?\\d)[:.h](?<${name}m>[0-5]\\d)`;
  const to = ' ?(?:-|–|to|bis|until|till|à|a|hasta|jusqu’à) ?';
  const span = line.take(
    `${lead}(?:${full('a')}|(?<ah>[0-2]?\\d))${half('ap')}${clockWord}${to}(?:${full('b')}|(?<bh>[0-2]?\\d))${half('bp')}${clockWord}`,
    ({ a, am, ah, ap, b, bm, bh, bp }) => {
      const start = clock(a ?? ah, am, ap ?? (bp && Number(a ?? ah) <= Number(b ?? bh) ? bp : undefined));
      const end = clock(b ?? bh, bm, bp);
      return start && end ? { start, end } : null;
    },
  );
  if (span) return span;
  const one = (pattern: string) =>
    line.take(pattern, ({ h, hm, ap }) => {
      const start = clock(h, hm, ap);
      return start ? { start, end: null } : null;
    });
  return (
    one(`${lead}(?<h>[0-2]?\\d)[:.](?<hm>[0-5]\\d)${half('ap')}${clockWord}`) ??
    one(`${lead}(?<h>[01]?\\d) ?(?<ap>[ap])\\.?m\\.?`) ??
    one(`${lead}(?<h>[0-2]?\\d) ?uhr(?: (?<hm>[0-5]\\d))?`) ??
    // With French clocks `15h` is a time of day; elsewhere that is a length.
    (/^(fr|es|pt|it)/.test(locale) ? one(`${lead}(?<h>[0-2]?\\d) ?h ?(?<hm>[0-5]\\d)?`) : null) ??
    one('(?:at|um|à|a las|a la) (?<h>[0-2]?\\d)')
  );
}

/** Minutes of a length such as `90 min`, `1.5h`, `2 Std`. */
function lengthIn(line: Line): number | null {
  const lead = '(?:(?:for|für|pour|por|durante|pendant) )?';
  return (
    line.take(`${lead}(?<h>\\d{1,2}) ?h ?(?<m>[0-5]\\d)(?: ?min)?`, ({ h, m }) => Number(h) * 60 + Number(m)) ??
    line.take(`${lead}(?<h>\\d{1,2}(?:[.,]\\d{1,2})?) ?(?:h|hrs?|hours?|std\\.?|stunden?|heures?|horas?)`, ({ h }) => Math.round(Number(h!.replace(',', '.')) * 60) || null) ??
    line.take(`${lead}(?<m>\\d{1,3}) ?(?:m|mins?|minutes?|minuten?|minutos?)\\.?`, ({ m }) => Number(m) || null)
  );
}

/** Whose name begins so; the one of exactly that name before all. */
function named<T extends { name: string }>(items: readonly T[], text: string): T | undefined {
  const wanted = text.toLowerCase();
  const squeezed = (item: T) => item.name.toLowerCase().replace(/\s+/g, '');
  return items.find((item) => squeezed(item) === wanted) ?? items.find((item) => squeezed(item).startsWith(wanted));
}

/**
 * Understands one line such as `Dentist tomorrow 15:00-16:00 @Anna #family`: dates by the names of the language, times, a
 * length, whose it is, and which calendar it goes into. What is left is the title. Without a time it is for the whole day,
 * without a day for today, or for tomorrow when the time has passed.
 */
export function understand(text: string, context: Context): Draft {
  const { locale, now, zone, calendars, members } = context;
  const today = now.slice(0, 10);
  const line = new Line(text.normalize('NFC').replace(/\s+/g, ' ').trim());
  const calendar = line.take('#(?<name>[^\\s]+)', ({ name }) => named(calendars, name!) ?? null);
  const people = new Set<string>();
  for (let member; (member = line.take('@(?<name>[^\\s,;)]+)', ({ name }) => named(members, name!) ?? null)); ) people.add(member.id);
  const known = words(locale);
  const day = dateIn(line, today, known);
  const beforeLast = line.rest;
  const lastDay = day && line.take('(?:-|–|to|bis|until|till|au|al|hasta|jusqu’au)(?= )', () => true) ? dateIn(line, day.date, known) : null;
  // That word belonged to a time, or to the title.
  if (!lastDay) line.rest = beforeLast;
  const time = timeIn(line, locale);
  const length = lengthIn(line);

  // Those who have a calendar of their own need not be named in it.
  const isTheirs = (candidate: Calendar) => candidate.members.length === people.size && candidate.members.every((id) => people.has(id));
  const own = people.size > 0 ? calendars.find(isTheirs) : undefined;
  const into = calendar ?? own ?? calendars.find((candidate) => candidate.id === context.calendarId);
  const draft = { ...newDraft(into?.id ?? context.calendarId, day?.date ?? today, zone), members: into && isTheirs(into) ? [] : [...people].sort(), summary: line.rest.replace(/\s+/g, ' ').replace(/^[\s,;–-]+|[\s,;–-]+$/g, '') };
  if (!time) return lastDay && lastDay.date > draft.startDate ? { ...draft, endDate: lastDay.date } : draft;

  const isOver = time.start <= timeOf(now);
  const date = !day ? (isOver ? addDays(today, 1) : today) : day.isWeekday && day.date === today && isOver ? addDays(today, 7) : day.date;
  const start = wallTime(date, time.start);
  if (!time.end) return timed(draft, start, length ?? 60);
  const end = wallTime(lastDay?.date ?? date, time.end);
  // A party from 22 to 2 ends on the next day.
  return timed(draft, start, minutesBetween(start, end < start ? addMinutes(end, 1440) : end));
}
