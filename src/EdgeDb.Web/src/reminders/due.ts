import type { Task } from '../api/tasks';
import type { Instant, Occurrence } from '../api/types';

/** A moment at which an occurrence or a task is to be remembered, as the service tells it. One of the two is set. */
export interface DueReminder {
  /** Of what is moved it is another one. */
  id: string;
  at: Instant;
  /** When it is of no use any more. */
  until: Instant;
  occurrence: Occurrence | null;
  task: Task | null;
}

/** What became of a reminder in this browser. */
export interface Mark {
  done?: true;
  /** Postponed to then, milliseconds since 1970. */
  again?: number;
  /** When one of the pages of this browser has rung for it last. */
  rung?: number;
  /** From when on nobody asks for it any more. */
  until: number;
}

export type Marks = Readonly<Record<string, Mark>>;

/** All that is to be said of one occurrence or task now: one card, however many of its reminders were missed. */
export interface Ringing {
  key: string;
  occurrence: Occurrence | null;
  task: Task | null;
  /** The oldest first. */
  reminders: readonly DueReminder[];
}

/** How long "later" is. */
export const laterMs = 5 * 60_000;
/** More than a household is reminded of in a week; of more the oldest are forgotten. */
const maximumMarks = 1000;

function isDue({ id, at, until }: DueReminder, marks: Marks, now: number): boolean {
  const mark = marks[id];
  return Date.parse(at) <= now && Date.parse(until) > now && !mark?.done && (mark?.again ?? 0) <= now;
}

/** What rings now, the latest first, and what was postponed in its new place. */
export function ringing(known: readonly DueReminder[], marks: Marks, now: number): Ringing[] {
  const groups = new Map<string, DueReminder[]>();
  for (const reminder of known) {
    if (!isDue(reminder, marks, now)) continue;
    const key = (reminder.occurrence ?? reminder.task)!.id;
    const group = groups.get(key);
    if (group) group.push(reminder);
    else groups.set(key, [reminder]);
  }
  const since = ({ reminders }: Ringing) => Math.max(...reminders.map(({ id, at }) => marks[id]?.again ?? Date.parse(at)));
  return [...groups]
    .map(([key, reminders]) => ({ key, occurrence: reminders[0]!.occurrence, task: reminders[0]!.task, reminders }))
    .sort((first, second) => since(second) - since(first));
}

/** Those for which no page of this browser has rung yet, or not since they were postponed. */
export function silent(reminders: readonly DueReminder[], marks: Marks): DueReminder[] {
  return reminders.filter(({ id }) => (marks[id]?.rung ?? -1) < (marks[id]?.again ?? 0));
}

/** The marks with a change to those of these reminders. */
export function marked(marks: Marks, reminders: readonly DueReminder[], change: Omit<Mark, 'until'>): Marks {
  const result = { ...marks };
  for (const { id, until } of reminders) result[id] = { ...result[id], ...change, until: Date.parse(until) };
  return result;
}

/** Without those of reminders that are over. */
export function pruned(marks: Marks, now: number): Marks {
  const left = Object.entries(marks).filter(([, { until }]) => until > now);
  return Object.fromEntries(left.sort(([, first], [, second]) => second.until - first.until).slice(0, maximumMarks));
}
