import { expect, it } from 'vitest';
import type { Task } from '../src/api/tasks';
import { emptyInput, fromTask, inputOf, isSame, merged, toInput } from '../src/lists/draft';
import { dueOf, isOverdue, isTicked, priorityNumber, tasksOfToday } from '../src/lists/task';
import { applied, renamed, type TaskEdit } from '../src/lists/taskEdit';
import { doneWords, dueWords } from '../src/lists/words';
import { useTexts } from '../src/i18n/catalogues';

const berlin = 'Europe/Berlin';
/** Saturday, 14:20 in Berlin. */
const now = Date.parse('2026-11-21T13:20:00Z');

function task(change: Partial<Task> = {}): Task {
  const id = change.id ?? 'milk';
  return {
    ...emptyInput('list', 'Milk'),
    id,
    uid: `uid-${id}`,
    done: false,
    doneAt: null,
    doneBy: null,
    position: 0,
    recurring: false,
    editable: true,
    tickable: true,
    version: 1,
    ...change,
  };
}

function edit(kind: TaskEdit['kind'], change: Partial<TaskEdit> = {}): TaskEdit {
  return {
    id: 'edit', who: '', kind, listId: 'list', taskId: 'milk', title: '', state: 'saving', reason: '',
    input: null, base: null, due: null, doneAt: null, memberId: null, after: null, tasks: [], undoes: null, answers: null,
    ...change,
  };
}

const day = { due: '2026-11-21', allDay: true };
const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

it('knows what is late: a day when it is over, a time when it has come, in the zone that it was entered for', () => {
  expect(isOverdue(task(day), now, berlin)).toBe(false);
  expect(isOverdue(task({ due: '2026-11-20', allDay: true }), now, berlin)).toBe(true);
  expect(isOverdue(task({ due: '2026-11-21T14:00:00', zone: berlin }), now, berlin)).toBe(true);
  expect(isOverdue(task({ due: '2026-11-21T14:00:00', zone: 'America/New_York' }), now, berlin)).toBe(false);
  expect(isOverdue(task({ due: '2026-11-20', allDay: true, done: true }), now, berlin)).toBe(false);
  expect(dueOf(task({ due: '2026-11-21T23:00:00', zone: 'America/New_York' }), berlin)).toMatchObject({ date: '2026-11-22', time: '05:00' });
  // A zone that this browser does not know, and none: the household's.
  expect(dueOf(task({ due: '2026-11-21T14:00:00', zone: 'Mars/Base' }), berlin)).toMatchObject({ time: '14:00' });
});

it('shows what repeats ticked for the rest of the day on which it was done, and open on the next', () => {
  const fed = task({ due: '2026-11-22', allDay: true, rrule: 'FREQ=DAILY', recurring: true, doneAt: '2026-11-21T07:00:00Z' });
  expect(isTicked(fed, now, berlin)).toBe(true);
  expect(isTicked(fed, now + 86_400_000, berlin)).toBe(false);
  // Twice a day: the second time is not done.
  expect(isTicked({ ...fed, due: '2026-11-21T18:00:00', allDay: false, zone: berlin }, now, berlin)).toBe(false);
  // Done before midnight in Berlin is not done today there, whatever the day in UTC.
  expect(isTicked({ ...fed, doneAt: '2026-11-20T22:30:00Z' }, now, berlin)).toBe(false);
  expect(isTicked({ ...fed, doneAt: '2026-11-20T23:30:00Z' }, now, berlin)).toBe(true);
});

it('has for today what is late, what is due, and what of it is done', () => {
  const tasks = [
    task({ id: 'later', due: '2026-11-22', allDay: true }),
    task({ id: 'someday' }),
    task({ id: 'today', ...day }),
    task({ id: 'evening', due: '2026-11-21T18:00:00', zone: berlin }),
    task({ id: 'late', due: '2026-11-10', allDay: true }),
    task({ id: 'done', ...day, done: true, doneAt: '2026-11-21T08:00:00Z' }),
    task({ id: 'doneBefore', due: '2026-11-20', allDay: true, done: true, doneAt: '2026-11-20T08:00:00Z' }),
  ];
  const { open, ticked } = tasksOfToday(tasks, now, berlin);
  expect(ids(open)).toEqual(['late', 'evening', 'today']);
  expect(ids(ticked)).toEqual(['done']);
});

it('tells in words when it is due and when it was done', async () => {
  await useTexts('lists');
  // Between a time and PM some versions of ICU have a narrow space.
  const words = (change: Partial<Task>) => dueWords(task(change), now, berlin).replace(/\s/g, ' ');
  expect(words({})).toBe('');
  expect(words(day)).toBe('due today');
  expect(words({ due: '2026-11-21T18:00:00', zone: berlin })).toBe('due today, 6:00 PM');
  expect(words({ due: '2026-11-22', allDay: true })).toBe('due tomorrow');
  expect(words({ due: '2026-11-27', allDay: true })).toBe('due Friday');
  expect(words({ due: '2026-11-28', allDay: true })).toBe('due Sat, November 28');
  expect(words({ due: '2026-11-20', allDay: true })).toBe('overdue since yesterday');
  expect(words({ due: '2026-11-21T14:00:00', zone: berlin })).toBe('overdue since 2:00 PM');
  const fed = task({ due: '2026-11-22', allDay: true, recurring: true, doneAt: '2026-11-21T12:20:00Z', doneBy: 'ada' });
  expect(dueWords(fed, now, berlin)).toBe('next tomorrow');
  expect(doneWords(fed, now, berlin, () => 'Ada')).toBe('done 1 hour ago by Ada');
  expect(doneWords({ ...fed, doneAt: '2026-11-18T12:20:00Z' }, now, berlin, () => undefined)).toBe('last done 3 days ago');
});

it('lays edits over the tasks until the service tells what became of them', () => {
  const tasks = [task({ id: 'milk', position: 1 }), task({ id: 'bread', position: 2 }), task({ id: 'other', calendarId: 'chores', position: 1 })];
  const added = applied(edit('add', { taskId: 'edit', input: emptyInput('list', 'Eggs') }), tasks);
  expect(added.at(-1)).toMatchObject({ id: 'edit', summary: 'Eggs', unsaved: true });
  // Read back before the answer came: it is there once.
  const told = [...tasks, task({ id: 'eggs', uid: 'edit' })];
  expect(applied(edit('add', { taskId: 'edit', input: emptyInput('list', 'Eggs') }), told)).toEqual(told);
  expect(applied(edit('add', { taskId: 'edit', answers: [task({ id: 'eggs', uid: 'edit', position: 3 })] }), told)).toHaveLength(4);

  expect(applied(edit('tick'), tasks)[0]).toMatchObject({ ticked: true, unsaved: true });
  expect(applied(edit('tick', { answers: [task({ done: true })] }), tasks)[0]).toEqual(task({ done: true }));
  expect(applied(edit('untick'), [task({ done: true })])[0]).toMatchObject({ ticked: false, done: false });
  expect(ids(applied(edit('move', { after: 'bread' }), tasks))).toEqual(['bread', 'milk', 'other']);
  expect(ids(applied(edit('move', { taskId: 'bread', after: null }), tasks))).toEqual(['bread', 'milk', 'other']);
  expect(ids(applied(edit('remove', { tasks: [tasks[0]!] }), tasks))).toEqual(['bread', 'other']);
  expect(ids(applied(edit('restore', { tasks: [tasks[0]!] }), tasks.slice(1)))).toEqual(['milk', 'bread', 'other']);
});

it('goes on with the id that the service has given to what was added', () => {
  const waiting = edit('move', { taskId: 'new', after: 'new', tasks: [task({ id: 'new' })], base: task({ id: 'new' }) });
  expect(renamed(waiting, 'new', 'eggs')).toMatchObject({ taskId: 'eggs', after: 'eggs', tasks: [{ id: 'eggs', uid: 'uid-new' }], base: { id: 'eggs' } });
});

it('joins two changes of different things, and asks where both are about the same', () => {
  const base = inputOf(task());
  expect(merged(base, { ...base, summary: 'Oat milk' }, { ...base, memberId: 'ada' })).toEqual({ ...base, summary: 'Oat milk', memberId: 'ada' });
  expect(merged(base, { ...base, summary: 'Oat milk' }, { ...base, summary: 'Oat milk', priority: 1 })).toEqual({ ...base, summary: 'Oat milk', priority: 1 });
  expect(merged(base, { ...base, ...day }, { ...base, due: '2026-11-22T08:00:00', zone: berlin })).toBeNull();
});

it('sends back what its form did not touch as it was read', () => {
  const read = task({ due: '2026-11-21T18:00:30', zone: null, rrule: 'FREQ=HOURLY', priority: 3, private: true, reminders: [{ minutesBefore: 10 }] });
  expect(toInput(fromTask(read, berlin), read, berlin)).toEqual(inputOf(read));
  expect(isSame(toInput(fromTask(read, berlin), read, berlin), inputOf(read))).toBe(true);
  expect(isSame(toInput({ ...fromTask(read, berlin), notes: 'Other' }, read, berlin), inputOf(read))).toBe(false);
  // Without a day nothing is left that counts from it.
  expect(toInput({ ...fromTask(read, berlin), startDate: '', startTime: '' }, read, berlin)).toMatchObject({ due: null, zone: null, rrule: null, reminders: [] });
  expect(toInput({ ...fromTask(read, berlin), startTime: '' }, read, berlin)).toMatchObject({ due: '2026-11-21', allDay: true, zone: null });
  expect(priorityNumber('high', 3)).toBe(3);
  expect(priorityNumber('low', 3)).toBe(9);
});
