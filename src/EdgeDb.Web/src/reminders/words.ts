import { titleOf } from '../i18n/entry';
import { formatDay, formatDuration, formatTime } from '../i18n/format';
import { t } from '../i18n/language';
import { dueWords } from '../lists/words';
import { household } from '../state/household.svelte';
import { daysOf } from '../time/agenda';
import { addDays } from '../time/dates';
import { wallClock } from '../time/zone';
import type { Ringing } from './due';

/** What it is called. */
export function nameOf({ occurrence, task }: Ringing): string {
  return occurrence ? titleOf(occurrence) : task!.summary || t('event.untitled');
}

function dayWords(date: string, today: string): string {
  if (date === today) return t('agenda.today');
  return date === addDays(today, 1) ? t('agenda.tomorrow') : formatDay(date, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** When it is: `in 10 min` and `16:00`, `Tomorrow` and `All day`, `due today, 18:00` and the name of its list. */
export function whenOf({ occurrence, task }: Ringing, now: number, zone: string): { main: string; detail: string } {
  if (!occurrence) return { main: dueWords(task!, now, zone), detail: household.lists.find(({ id }) => id === task!.calendarId)?.name ?? '' };
  const today = wallClock(now, zone).date;
  const { first } = daysOf(occurrence, zone);
  if (occurrence.allDay) return { main: dayWords(first > today ? first : today, today), detail: t('agenda.allDay') };
  const [start, end] = [Date.parse(occurrence.start), Date.parse(occurrence.end)];
  const time = first === today ? formatTime(start, zone) : `${dayWords(first, today)}, ${formatTime(start, zone)}`;
  if (start > now) return { main: t('agenda.in', { duration: formatDuration(start - now) }), detail: time };
  return end > now ? { main: t('ring.since', { time }), detail: t('agenda.left', { duration: formatDuration(end - now) }) } : { main: time, detail: '' };
}

/** Where it can be looked at. */
export function pathOf({ occurrence }: Ringing, zone: string): string {
  return occurrence ? `/day/${daysOf(occurrence, zone).first}` : '/lists';
}
