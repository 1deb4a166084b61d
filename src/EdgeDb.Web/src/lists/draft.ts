import type { Task, TaskInput } from '../api/tasks';
import type { PlainDate } from '../api/types';
import { dateOf, timeOf, wallTime } from '../edit/wall';
import { priorityNumber, priorityOf, type Priority } from './task';

/** A task as its form shows it. */
export interface TaskDraft {
  summary: string;
  calendarId: string;
  /** Empty for nobody in particular. */
  memberId: string;
  /** When it is due; empty for no time. The names are those of an event's form, whose fields are used. */
  startDate: PlainDate;
  /** Empty for the whole day. */
  startTime: string;
  allDay: boolean;
  zone: string | null;
  rule: string;
  reminders: number[];
  priority: Priority;
  notes: string;
}

/** @param zone The household's, for a time that is entered. */
export function fromTask(task: TaskInput, zone: string): TaskDraft {
  const { due } = task;
  return {
    summary: task.summary,
    calendarId: task.calendarId,
    memberId: task.memberId ?? '',
    startDate: due === null ? '' : task.allDay ? due : dateOf(due),
    startTime: due === null || task.allDay ? '' : timeOf(due),
    allDay: due === null || task.allDay,
    zone: due === null || task.allDay ? zone : task.zone,
    rule: task.rrule ?? '',
    reminders: task.reminders.map(({ minutesBefore }) => minutesBefore),
    priority: priorityOf(task),
    notes: task.description ?? '',
  };
}

/** What a form says; a time that was not touched goes back as it was read, with its seconds. */
export function toInput(draft: TaskDraft, read: TaskInput, zone: string): TaskInput {
  const before = fromTask(read, zone);
  const untouched = before.startDate === draft.startDate && before.startTime === draft.startTime;
  const isDue = draft.startDate !== '';
  return {
    calendarId: draft.calendarId,
    summary: draft.summary.trim(),
    description: draft.notes || null,
    ...(untouched
      ? { due: read.due, allDay: read.allDay, zone: read.zone }
      : !isDue
        ? { due: null, allDay: false, zone: null }
        : draft.startTime === ''
          ? { due: draft.startDate, allDay: true, zone: null }
          : { due: `${wallTime(draft.startDate, draft.startTime)}:00`, allDay: false, zone: draft.zone }),
    // Neither comes without a time that it is counted from.
    rrule: (isDue && draft.rule) || null,
    reminders: isDue ? draft.reminders.map((minutesBefore) => ({ minutesBefore })) : [],
    priority: priorityNumber(draft.priority, read.priority),
    memberId: draft.memberId || null,
    private: read.private,
  };
}

export function emptyInput(calendarId: string, summary: string): TaskInput {
  return { calendarId, summary, description: null, due: null, zone: null, allDay: false, rrule: null, priority: 0, memberId: null, private: false, reminders: [] };
}

export function inputOf(task: Task): TaskInput {
  const { calendarId, summary, description, due, zone, allDay, rrule, priority, memberId, private: isPrivate, reminders } = task;
  return { calendarId, summary, description, due, zone, allDay, rrule, priority, memberId, private: isPrivate, reminders };
}

/** What is one thing to people: whoever changes a part of it has decided on all. */
const groups: readonly (readonly (keyof TaskInput)[])[] = [
  ['calendarId'], ['summary'], ['description'], ['due', 'zone', 'allDay'], ['rrule'], ['priority'], ['memberId'], ['private'], ['reminders'],
];

const same = (group: readonly (keyof TaskInput)[], first: TaskInput, second: TaskInput) =>
  group.every((field) => JSON.stringify(first[field]) === JSON.stringify(second[field]));

/** Whether they say the same, in whatever order. */
export function isSame(first: TaskInput, second: TaskInput): boolean {
  return groups.every((group) => same(group, first, second));
}

/** Both changes where they concern different things; null where both say something else of the same. */
export function merged(base: TaskInput, mine: TaskInput, theirs: TaskInput): TaskInput | null {
  let result = theirs;
  for (const group of groups.filter((group) => !same(group, base, mine) && !same(group, mine, theirs))) {
    if (!same(group, base, theirs)) return null;
    result = { ...result, ...Object.fromEntries(group.map((field) => [field, mine[field]])) };
  }
  return result;
}
