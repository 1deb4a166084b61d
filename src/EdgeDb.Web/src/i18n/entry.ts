import type { Occurrence } from '../api/types';
import { isKnownZone, wallClock } from '../time/zone';
import type { DayEntry } from '../time/agenda';
import { formatTime, formatDay } from './format';
import { t } from './language';

/** What it is called; `busy` when that is not for this viewer. */
export function titleOf({ busy, summary }: Occurrence): string {
  return busy ? t('event.busy') : summary || t('event.untitled');
}

/** What the clock shows where an event was entered for, `09:00 New York`; nothing where that is what the household's shows. */
export function timeElsewhere({ allDay, start, zone: place }: Occurrence, zone: string): string {
  if (allDay || !place || place === zone || !isKnownZone(place)) return '';
  const time = formatTime(Date.parse(start), place);
  return time === formatTime(Date.parse(start), zone) ? '' : `${time} ${place.split('/').at(-1)!.replaceAll('_', ' ')}`;
}

/** What is said below its title, in the order in which it matters. */
export function marksOf(occurrence: Occurrence, zone: string): string {
  return [
    timeElsewhere(occurrence, zone),
    occurrence.location,
    occurrence.status === 'tentative' && t('event.tentative'),
    occurrence.private && t('event.private'),
    occurrence.unsaved && t('event.unsaved'),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** When an entry is, on its day: `09:00` and `until 10:30`, `All day` and `Day 2 of 3`. */
export function entryTime({ occurrence, part, day, days }: DayEntry, zone: string): { main: string; detail: string } {
  const start = Date.parse(occurrence.start);
  const end = Date.parse(occurrence.end);
  const dayOf = days > 1 ? t('time.dayOf', { day, days }) : '';
  switch (part) {
    case 'allDay':
    case 'within':
      return { main: t('agenda.allDay'), detail: dayOf };
    case 'single':
      return { main: formatTime(start, zone), detail: end > start ? t('time.until', { time: formatTime(end, zone) }) : '' };
    case 'starts': {
      const lastDay = formatDay(wallClock(end, zone).date, { weekday: 'short' });
      return { main: formatTime(start, zone), detail: t('time.until', { time: `${lastDay} ${formatTime(end, zone)}` }) };
    }
    case 'ends':
      return { main: t('time.until', { time: formatTime(end, zone) }), detail: days > 2 ? dayOf : '' };
  }
}
