import type { Calendar } from '@event-calendar/core';
import { locale } from '../i18n/language';

/** To what times are pulled. */
export const snapMinutes = 15;

/**
 * What every grid of hours is told and nothing changes. After the start only its events may change, and every other option must keep its
 * identity: where another one changes in the same step, EventCalendar 5.15 lays out before the new events are there and leaves them on top
 * of each other.
 */
export function optionsOf(): Calendar.Options {
  const rootPixels = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    locale,
    headerToolbar: { start: '', center: '', end: '' },
    height: '100%',
    eventGap: 2,
    // Half an hour is as high as the line of text that has to stand in it.
    slotHeight: Math.round(rootPixels * 1.5),
    slotEventOverlap: false,
    // Each event says for itself.
    eventStartEditable: false,
    eventDurationEditable: false,
    snapDuration: { minutes: snapMinutes },
    longPressDelay: 500,
    selectable: true,
    selectBackgroundColor: 'var(--accent-tint)',
    eventTextColor: 'var(--ink)',
  };
}
