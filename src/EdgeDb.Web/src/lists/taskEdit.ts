import type { Task, TaskInput } from '../api/tasks';
import type { Instant } from '../api/types';
import type { Queued } from '../state/queue.svelte';
import type { ShownTask } from './task';

/** Something that a person does to a list. Of a task that is added the id is its UID, and its own id until the service has given it one. */
export interface TaskEdit extends Queued {
  kind: 'add' | 'change' | 'tick' | 'untick' | 'move' | 'remove' | 'clear' | 'restore';
  listId: string;
  /** Empty for what concerns several. */
  taskId: string;
  /** For what is said about it. */
  title: string;

  /** What is added, or what it is to be. */
  input: TaskInput | null;
  /** What it was when the change was entered. */
  base: Task | null;
  /** The time that is ticked, or whose tick is taken back. */
  due: string | null;
  /** Of a tick when it was made; of one that is taken back when that was, where its time has to be asked for. */
  doneAt: Instant | null;
  /** Who did it. */
  memberId: string | null;
  /** Behind which one it is put; null for the first place. */
  after: string | null;
  /** What goes, or comes back, as it was shown. */
  tasks: readonly Task[];
  /** The edit that this one takes back. */
  undoes: string | null;
  /** What the service made of it. */
  answers: readonly Task[] | null;
}

/** The edit after the service has given an id to a task that it is about. */
export function renamed(edit: TaskEdit, from: string, to: string): TaskEdit {
  const name = (id: string) => (id === from ? to : id);
  return {
    ...edit,
    taskId: name(edit.taskId),
    after: edit.after && name(edit.after),
    base: edit.base && { ...edit.base, id: name(edit.base.id) },
    tasks: edit.tasks.map((task) => ({ ...task, id: name(task.id) })),
  };
}

function drafted(edit: TaskEdit): ShownTask {
  return {
    ...edit.input!,
    id: edit.id,
    uid: edit.id,
    done: false,
    doneAt: null,
    doneBy: null,
    position: Number.MAX_SAFE_INTEGER,
    recurring: edit.input!.rrule !== null,
    editable: true,
    tickable: true,
    version: 0,
    unsaved: true,
  };
}

/** `tasks` with those of `others` in their places; one that is there already is replaced. */
function joined(tasks: readonly ShownTask[], others: readonly ShownTask[]): ShownTask[] {
  const result = tasks.filter((task) => !others.some((other) => other.id === task.id || (other.uid === task.uid && other.calendarId === task.calendarId)));
  for (const other of others) {
    const before = result.findIndex((task) => task.calendarId === other.calendarId && task.position > other.position);
    result.splice(before < 0 ? result.length : before, 0, other);
  }
  return result;
}

/** The tasks as they will be once the edit is made, in the order of their lists. */
export function applied(edit: TaskEdit, tasks: readonly ShownTask[]): readonly ShownTask[] {
  const change = (to: Partial<ShownTask>) => tasks.map((task): ShownTask => (task.id === edit.taskId ? { ...task, ...to, unsaved: true } : task));
  const without = (gone: readonly Task[]) => tasks.filter((task) => !gone.some(({ id }) => id === task.id));
  switch (edit.kind) {
    case 'remove':
    case 'clear':
      return without(edit.tasks);
    case 'move': {
      // Also when it is answered: its place among the others is not in its own row alone.
      const moved = tasks.find((task) => task.id === edit.taskId);
      if (!moved) return tasks;
      const others = tasks.filter((task) => task !== moved);
      const after = others.findIndex((task) => task.id === edit.after);
      const first = others.findIndex((task) => task.calendarId === moved.calendarId);
      others.splice(edit.after === null ? Math.max(0, first) : after < 0 ? others.length : after + 1, 0, edit.answers ? moved : { ...moved, unsaved: true });
      return others;
    }
  }
  if (edit.answers) return edit.kind === 'add' || edit.kind === 'restore' ? joined(tasks, edit.answers) : tasks.map((task) => edit.answers!.find(({ id }) => id === task.id) ?? task);
  switch (edit.kind) {
    case 'add':
      return tasks.some((task) => task.uid === edit.id) ? tasks : [...tasks, drafted(edit)];
    case 'restore':
      return joined(tasks, edit.tasks.map((task): ShownTask => ({ ...task, unsaved: true })));
    case 'change':
      return change({ ...edit.input!, recurring: edit.input!.rrule !== null });
    case 'tick':
      return change({ ticked: true, doneAt: edit.doneAt, doneBy: edit.memberId });
    case 'untick':
      return change({ ticked: false, done: false, doneAt: null, doneBy: null });
  }
}
