import type { Task } from '../api/tasks';
import type { PlainDate } from '../api/types';
import { dateOf, instantOf, timeOf, wallAt } from '../edit/wall';
import { isKnownZone, wallClock } from '../time/zone';

/** A task as it is shown: as the service told it, with what this browser has done to it since. */
export interface ShownTask extends Task {
  /** Not told by the service yet. */
  unsaved?: true;
  /** What a tick that is on its way makes of it. */
  ticked?: boolean;
}

/** When a task is due on the household's clock. */
export interface Due {
  date: PlainDate;
  /** `HH:mm`; null for the whole day. */
  time: string | null;
  /** Milliseconds since 1970 from which it is late; of a whole day null, which ends with its date. */
  at: number | null;
}

export function dueOf(task: Task, zone: string): Due | null {
  if (task.due === null) return null;
  if (task.allDay) return { date: task.due, time: null, at: null };
  const own = task.zone && isKnownZone(task.zone) ? task.zone : zone;
  const at = instantOf(task.due, own);
  const shown = wallAt(at, zone);
  return { date: dateOf(shown), time: timeOf(shown), at };
}

function isOn(instant: string | null, date: PlainDate, zone: string): boolean {
  return instant !== null && wallClock(Date.parse(instant), zone).date === date;
}

/**
 * Whether it is shown ticked. What repeats is for the rest of the day on which it was done, when it moves on to another day:
 * a box that is empty again at once looks as if the tick was lost, and the second one would do tomorrow's.
 */
export function isTicked(task: ShownTask, now: number, zone: string): boolean {
  if (task.ticked !== undefined) return task.ticked;
  if (task.done || !task.recurring) return task.done;
  const today = wallClock(now, zone).date;
  const due = dueOf(task, zone);
  return due !== null && due.date > today && isOn(task.doneAt, today, zone);
}

export function isOverdue(task: ShownTask, now: number, zone: string): boolean {
  const due = dueOf(task, zone);
  if (due === null || isTicked(task, now, zone)) return false;
  return due.at === null ? due.date < wallClock(now, zone).date : due.at < now;
}

/** What there is to do today: what is due by its end, what is late first, and below it what of that was done today. */
export function tasksOfToday(tasks: readonly ShownTask[], now: number, zone: string): { open: ShownTask[]; ticked: ShownTask[] } {
  const today = wallClock(now, zone).date;
  const due = tasks.filter((task) => task.due !== null);
  const key = (task: ShownTask) => {
    const { date, time } = dueOf(task, zone)!;
    return `${date}T${time ?? '99'}`;
  };
  return {
    open: due
      .filter((task) => !isTicked(task, now, zone) && dueOf(task, zone)!.date <= today)
      .sort((first, second) => key(first).localeCompare(key(second))),
    ticked: due.filter((task) => isTicked(task, now, zone) && (task.ticked || isOn(task.doneAt, today, zone))),
  };
}

/** What is left of a list in its order, and what is ticked, the latest first. */
export function divided(tasks: readonly ShownTask[], now: number, zone: string): { open: ShownTask[]; ticked: ShownTask[] } {
  return {
    open: tasks.filter((task) => !isTicked(task, now, zone)),
    ticked: tasks.filter((task) => isTicked(task, now, zone)).sort((first, second) => (second.doneAt ?? '').localeCompare(first.doneAt ?? '')),
  };
}

/** RFC 5545 3.8.1.9: 1 to 4 is high, 5 medium, 6 to 9 low. */
export type Priority = 'none' | 'high' | 'medium' | 'low';

export function priorityOf({ priority }: Pick<Task, 'priority'>): Priority {
  return priority === 0 ? 'none' : priority < 5 ? 'high' : priority === 5 ? 'medium' : 'low';
}

/** A number for a priority; the one that it has where that says the same. */
export function priorityNumber(wanted: Priority, kept: number): number {
  return priorityOf({ priority: kept }) === wanted ? kept : { none: 0, high: 1, medium: 5, low: 9 }[wanted];
}
