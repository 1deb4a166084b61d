import type { PlainDate } from '../api/types';
import { addDays, weekday } from '../time/dates';
import { dateOf, instantOf, timeOf, wallAt, wallTime, type WallTime } from './wall';

export type Unit = 'day' | 'week' | 'month' | 'year';
export type RuleEnd = { kind: 'never' } | { kind: 'until'; date: PlainDate } | { kind: 'count'; count: number };

/** A recurrence rule as the form has it. */
export interface Repeat {
  every: number;
  unit: Unit;
  /** Of a weekly one, in the order of the week; 0 is Sunday. */
  weekdays: number[];
  /** A monthly one on the day of the month that its start is, or on its weekday: `2` the second, `-1` the last. */
  monthly: 'date' | number;
  end: RuleEnd;
}

/** What a rule is about: its start, on the clock of its zone. */
export interface RuleStart {
  allDay: boolean;
  start: WallTime;
  /** Null for a floating time. */
  zone: string | null;
}

const days = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const frequencies: Record<Unit, string> = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' };
const most = 999;

function partsOf(rule: string): Map<string, string> {
  return new Map(rule.split(';').map((part) => part.split('=', 2) as [string, string]));
}

function unitOf(frequency: string | undefined): Unit | undefined {
  return (Object.keys(frequencies) as Unit[]).find((unit) => frequencies[unit] === frequency);
}

/** The first, second… weekday of its month that a day is: 1 to 5. */
export function ordinalOf(date: PlainDate): number {
  return Math.ceil(Number(date.slice(8)) / 7);
}

export function isLastOfMonth(date: PlainDate): boolean {
  return addDays(date, 7).slice(5, 7) !== date.slice(5, 7);
}

export function simple(unit: Unit, start: PlainDate): Repeat {
  return { every: 1, unit, weekdays: unit === 'week' ? [weekday(start)] : [], monthly: 'date', end: { kind: 'never' } };
}

/**
 * The rule as the form can show it; null when it says more than the form has fields for. Such a rule is kept as it is until
 * somebody chooses another one.
 */
export function parseRule(rule: string, about: RuleStart): Repeat | null {
  const parts = partsOf(rule);
  const unit = unitOf(parts.get('FREQ'));
  const every = Number(parts.get('INTERVAL') ?? 1);
  if (!unit || !Number.isInteger(every) || every < 1 || every > most) return null;
  const known = ['FREQ', 'INTERVAL', 'UNTIL', 'COUNT', 'WKST', 'BYDAY', 'BYMONTHDAY', 'BYMONTH'];
  if ([...parts.keys()].some((name) => !known.includes(name))) return null;
  const date = dateOf(about.start);
  const repeat = { ...simple(unit, date), every, end: endOf(parts, about) };

  const [byDay, byMonthDay, byMonth] = [parts.get('BYDAY')?.split(','), parts.get('BYMONTHDAY'), parts.get('BYMONTH')];
  // What only repeats what the start says anyway.
  if (byMonth !== undefined && !(unit === 'year' && Number(byMonth) === Number(date.slice(5, 7)))) return null;
  if (byMonthDay !== undefined && !((unit === 'month' || unit === 'year') && Number(byMonthDay) === Number(date.slice(8)))) return null;
  if (byMonthDay !== undefined && unit === 'year' && byMonth === undefined) return null;
  // The week of an interval begins on Monday for us; otherwise it matters as soon as there are several days.
  if (every > 1 && unit === 'week' && (byDay?.length ?? 0) > 1 && (parts.get('WKST') ?? 'MO') !== 'MO') return null;
  if (!byDay) return repeat;
  if (unit === 'week') {
    const weekdays = byDay.map((day) => days.indexOf(day));
    // The start counts in any case, so a rule without it would show one occurrence more than the form says.
    return weekdays.includes(-1) || !weekdays.includes(weekday(date)) ? null : { ...repeat, weekdays: inWeekOrder(weekdays) };
  }
  const [, position = '', day = ''] = /^(-?\d)([A-Z]{2})$/.exec(byDay.join()) ?? [];
  if (unit !== 'month' || byMonthDay !== undefined || days.indexOf(day) !== weekday(date)) return null;
  const fits = Number(position) === -1 ? isLastOfMonth(date) : Number(position) === ordinalOf(date);
  return fits ? { ...repeat, monthly: Number(position) } : null;
}

export function inWeekOrder(weekdays: readonly number[]): number[] {
  return [...new Set(weekdays)].sort((first, second) => ((first + 6) % 7) - ((second + 6) % 7));
}

function endOf(parts: Map<string, string>, { allDay, start, zone }: RuleStart): RuleEnd {
  if (parts.has('COUNT')) return { kind: 'count', count: Number(parts.get('COUNT')) };
  const until = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(parts.get('UNTIL') ?? '');
  if (!until) return { kind: 'never' };
  const [, year, month, day, hour, minute, second, utc] = until;
  const text = `${year}-${month}-${day}`;
  if (hour === undefined || allDay) return { kind: 'until', date: text };
  const wall = utc ? wallAt(Date.parse(`${text}T${hour}:${minute}:${second}Z`), zone ?? 'UTC') : wallTime(text, `${hour}:${minute}`);
  // It may end between the occurrence of that day and the one before, as a series that was divided does.
  return { kind: 'until', date: timeOf(wall) < timeOf(start) ? addDays(dateOf(wall), -1) : dateOf(wall) };
}

/** RFC 5545 text of what the form says. */
export function ruleText(repeat: Repeat, { allDay, start, zone }: RuleStart): string {
  const date = dateOf(start);
  const parts = [`FREQ=${frequencies[repeat.unit]}`];
  if (repeat.every > 1) parts.push(`INTERVAL=${repeat.every}`);
  if (repeat.unit === 'week') parts.push(`BYDAY=${inWeekOrder([...repeat.weekdays, weekday(date)]).map((day) => days[day]).join(',')}`);
  if (repeat.unit === 'month' && repeat.monthly !== 'date') parts.push(`BYDAY=${repeat.monthly}${days[weekday(date)]}`);
  if (repeat.end.kind === 'count') parts.push(`COUNT=${repeat.end.count}`);
  if (repeat.end.kind === 'until') parts.push(`UNTIL=${untilText(repeat.end.date, allDay, zone)}`);
  return parts.join(';');
}

/** The end of the day, inclusive; in UTC where the start has a zone (RFC 5545 3.3.10). */
function untilText(date: PlainDate, allDay: boolean, zone: string | null): string {
  const compact = (text: string) => text.replace(/[-:]/g, '');
  if (allDay) return compact(date);
  if (zone === null) return `${compact(date)}T235959`;
  const end = instantOf(wallTime(addDays(date, 1), '00:00'), zone) - 1000;
  return compact(new Date(end).toISOString().replace('.000', ''));
}

/**
 * The rule after its start has moved: a weekly one takes its days along and a monthly one its weekday, as the service does
 * with a rule that comes back as it was. For rules that were not saved yet.
 */
export function movedRule(rule: string, from: RuleStart, to: RuleStart): string {
  const repeat = rule && parseRule(rule, from);
  if (!repeat) return rule;
  const turn = weekday(dateOf(to.start)) - weekday(dateOf(from.start));
  const weekdays = repeat.weekdays.map((day) => (day + turn + 7) % 7);
  const last = isLastOfMonth(dateOf(to.start)) && (repeat.monthly === -1 || ordinalOf(dateOf(to.start)) === 5);
  const monthly = repeat.monthly === 'date' ? 'date' : last ? -1 : ordinalOf(dateOf(to.start));
  return ruleText({ ...repeat, weekdays, monthly }, to);
}
