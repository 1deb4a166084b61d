import type { PlainDate } from '../api/types';
import { formatDay, formatTime } from '../i18n/format';
import { formatAge } from '../i18n/spans';
import { t } from '../i18n/language';
import { addDays, daysBetween } from '../time/dates';
import { wallClock } from '../time/zone';
import { dueOf, isOverdue, isTicked, type ShownTask } from './task';

function dayWords(date: PlainDate, today: PlainDate): string {
  const ahead = daysBetween(today, date);
  if (ahead === 0) return t('due.today');
  if (ahead === 1) return t('due.tomorrow');
  if (ahead === -1) return t('due.yesterday');
  if (ahead > 1 && date < addDays(today, 7)) return formatDay(date, { weekday: 'long' });
  return formatDay(date, { weekday: 'short', day: 'numeric', month: 'long', ...(date.slice(0, 4) === today.slice(0, 4) ? {} : { year: 'numeric' }) });
}

/** `due today, 18:00`, `overdue since yesterday`, `next Monday`: told in words, as a colour alone says nothing to many. */
export function dueWords(task: ShownTask, now: number, zone: string): string {
  const due = dueOf(task, zone);
  const ticked = isTicked(task, now, zone);
  // Of what is done there is nothing due; of a tick that is on its way the next time is not known.
  if (due === null || task.done || (ticked && task.ticked)) return '';
  const today = wallClock(now, zone).date;
  const day = dayWords(due.date, today);
  const time = due.at === null ? '' : formatTime(due.at, zone);
  if (isOverdue(task, now, zone)) return t('due.overdue', { when: time && due.date === today ? time : day });
  return t(ticked ? 'due.next' : 'due.by', { when: time ? t('due.at', { day, time }) : day });
}

/** When it was last done, and who did it. `nameOf` knows the members. */
export function doneWords(task: ShownTask, now: number, zone: string, nameOf: (id: string) => string | undefined): string {
  if (task.doneAt === null) return '';
  const name = task.doneBy === null ? undefined : nameOf(task.doneBy);
  const age = formatAge(now - Date.parse(task.doneAt));
  if (isTicked(task, now, zone)) return name ? t('done.by', { age, name }) : t('done.when', { age });
  return name ? t('done.last.by', { age, name }) : t('done.last', { age });
}
