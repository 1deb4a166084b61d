import { formatDay } from '../i18n/format';
import { locale, t, tCount } from '../i18n/language';
import { addDays, weekday } from '../time/dates';
import { parseRule, type Repeat, type RuleStart } from './rule';
import { dateOf } from './wall';

/** A Sunday, to name weekdays by. */
const aSunday = '2026-11-22';

export function weekdayName(day: number, width: 'long' | 'short' | 'narrow' = 'long'): string {
  return formatDay(addDays(aSunday, day), { weekday: width });
}

function list(items: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);
}

/** `the second Sunday`. */
export function weekdayOfMonth(position: number, day: number): string {
  return t(`repeat.position.${position as -1 | 1 | 2 | 3 | 4 | 5}`, { weekday: weekdayName(day) });
}

/** `every 2 weeks on Monday and Thursday, until 3 December 2026`: what a rule means, also one that the form has no fields for. */
export function ruleWords(rule: string, about: RuleStart): string {
  const repeat = parseRule(rule, about);
  return repeat ? repeatWords(repeat, about) : t('repeat.other');
}

function repeatWords(repeat: Repeat, { start }: RuleStart): string {
  const date = dateOf(start);
  const words = [tCount(`repeat.${repeat.unit}`, repeat.every)];
  const isWorkdays = repeat.unit === 'week' && repeat.every === 1 && repeat.weekdays.join() === '1,2,3,4,5';
  if (isWorkdays) words[0] = t('repeat.workdays');
  else if (repeat.unit === 'week') words.push(t('repeat.on', { days: list(repeat.weekdays.map((day) => weekdayName(day))) }));
  if (repeat.unit === 'month')
    words.push(t('repeat.on', { days: repeat.monthly === 'date' ? t('repeat.date', { day: Number(date.slice(8)) }) : weekdayOfMonth(repeat.monthly, weekday(date)) }));
  if (repeat.unit === 'year') words.push(t('repeat.on', { days: formatDay(date, { day: 'numeric', month: 'long' }) }));
  const text = words.join(' ');
  if (repeat.end.kind === 'count') return `${text}, ${tCount('repeat.times', repeat.end.count)}`;
  if (repeat.end.kind === 'until') return `${text}, ${t('repeat.until', { date: formatDay(repeat.end.date, { day: 'numeric', month: 'long', year: 'numeric' }) })}`;
  return text;
}

/** `30 minutes before`, `1 day before`, `when it starts`. */
export function reminderWords(minutes: number): string {
  if (minutes === 0) return t('reminder.start');
  const [value, unit] = minutes % 10_080 === 0 ? [minutes / 10_080, 'week'] : minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return t('reminder.before', { duration: new Intl.NumberFormat(locale, { style: 'unit', unit: unit as string, unitDisplay: 'long' }).format(value as number) });
}
