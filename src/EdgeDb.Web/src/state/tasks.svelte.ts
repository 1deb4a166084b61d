import type { ApiError } from '../api/client';
import { tasksApi, type Task, type TaskInput } from '../api/tasks';
import { t, type MessageKey } from '../i18n/language';
import { inputOf, isSame, merged } from '../lists/draft';
import { divided, isTicked, type ShownTask } from '../lists/task';
import { applied, renamed, type TaskEdit } from '../lists/taskEdit';
import { announcer } from './announcer.svelte';
import { clock } from './clock.svelte';
import { explain } from './failure';
import { household } from './household.svelte';
import { Queue } from './queue.svelte';
import { randomId } from './randomId';
import { session } from './session.svelte';

/** The tasks of all lists, and what this browser has done to them. */
class Tasks extends Queue<TaskEdit> {
  protected override readonly topic = 'tasks';
  protected override readonly maximum = 500;
  protected override readonly tooMany: MessageKey = 'lists.tooMany';

  #known = $state.raw<readonly Task[]>([]);
  /** Whether the service has told them. */
  told = $state(false);

  /** Whether something is on its way. */
  isSaving = $derived(this.unsaved.some((edit) => edit.state === 'saving'));
  /** As they will be once everything is made. */
  shown: readonly ShownTask[] = $derived(
    this.queue.filter((edit) => edit.state !== 'refused').reduce<readonly ShownTask[]>((shown, edit) => applied(edit, shown), this.#known),
  );
  #byList = $derived(byList(this.shown));

  constructor() {
    super('tasks');
    household.follow('tasks', tasksApi.all, (tasks) => {
      // What others did; what was done here was said when it was saved.
      if (this.told && tasks && this.queue.length === 0) announcer.say(t('lists.updated'));
      this.#known = tasks ?? [];
      this.told = tasks !== null;
      if (!tasks) this.last = null;
    });
  }

  /** Those of a list in its order: what is left, and what is ticked. */
  of(listId: string): { open: ShownTask[]; ticked: ShownTask[] } {
    return divided(this.#byList.get(listId) ?? [], clock.now, household.zone);
  }

  add(input: TaskInput): void {
    this.#make({ kind: 'add', listId: input.calendarId, title: input.summary, input });
  }

  /** @param read The task that the form began with. */
  change(read: Task, input: TaskInput): void {
    if (!isSame(inputOf(read), input)) this.#make({ kind: 'change', ...about(read), base: read, input });
  }

  /** Ticks it, or takes the tick back. */
  toggle(task: ShownTask): void {
    if (isTicked(task, clock.now, household.zone)) this.#untick(task);
    else {
      // Where nobody has signed in, such as at the wall, whom it is for counts as who did it.
      const memberId = session.current?.member ? null : task.memberId;
      this.#make({ kind: 'tick', ...about(task), due: task.due, doneAt: new Date(clock.now).toISOString(), memberId });
    }
  }

  #untick(task: ShownTask): void {
    const tick = this.queue.findLast((edit) => edit.kind === 'tick' && edit.taskId === task.id);
    if (tick) this.#make({ kind: 'untick', ...about(task), due: tick.due });
    // Of what has moved on to its next time since, the service knows which one it was.
    else this.#make({ kind: 'untick', ...about(task), due: task.due, doneAt: task.done ? null : task.doneAt });
  }

  /** Puts it behind another one of its list; null for the first place. */
  move(task: ShownTask, after: string | null): void {
    this.#make({ kind: 'move', ...about(task), after });
  }

  remove(task: ShownTask): void {
    this.#make({ kind: 'remove', ...about(task), tasks: [task] });
  }

  /** Takes away what is done of a list. */
  clear(listId: string): void {
    const tasks = this.shown.filter((task) => task.calendarId === listId && (task.done || (task.ticked && !task.recurring)));
    this.#make({ kind: 'clear', listId, title: '', tasks });
  }

  /** Brings back what an edit took away. */
  restore(edit: TaskEdit): void {
    this.#make({ kind: 'restore', listId: edit.listId, taskId: edit.taskId, title: edit.title, tasks: edit.tasks, undoes: edit.id });
  }

  #make(wanted: Partial<TaskEdit> & Pick<TaskEdit, 'kind' | 'listId' | 'title'>): void {
    const edit: TaskEdit = {
      id: randomId(),
      who: session.who ?? '',
      taskId: '',
      state: 'saving',
      reason: '',
      input: null,
      base: null,
      due: null,
      doneAt: null,
      memberId: null,
      after: null,
      tasks: [],
      undoes: null,
      answers: null,
      ...wanted,
    };
    if (edit.kind === 'add') edit.taskId = edit.id;
    if (!this.put(edit)) return;
    this.last = edit.kind === 'remove' || edit.kind === 'clear' ? edit : null;
    if (this.last) this.keepUndo(false);
  }

  protected override async send(edit: TaskEdit): Promise<void> {
    const answers = await this.#made(edit);
    this.set(edit, { state: 'saved', answers });
    const [added] = answers;
    if (edit.kind === 'add' && added) {
      this.commit(edit.who, (all) => all.map((other) => (other.id === edit.id ? other : renamed(other, edit.id, added.id))));
      if (this.last) this.last = renamed(this.last, edit.id, added.id);
    }
    if (edit.kind !== 'move') announcer.say(t(`lists.did.${edit.kind}`, { title: edit.title }));
  }

  /** @returns What the service made of it. */
  async #made(edit: TaskEdit): Promise<Task[]> {
    const { taskId } = edit;
    switch (edit.kind) {
      case 'add':
        return [await tasksApi.add(edit.id, edit.input!)];
      case 'change':
        return [await tasksApi.change(taskId, edit.base!.version, edit.input!)];
      case 'tick':
        return [await tasksApi.tick(taskId, edit.due, edit.memberId)];
      case 'untick':
        return this.#takenBack(edit);
      case 'move':
        return [await tasksApi.move(taskId, edit.after)];
      case 'remove':
        await tasksApi.remove(taskId);
        return [];
      case 'clear':
        return this.#cleared(edit);
      case 'restore':
        return Promise.all(edit.tasks.map(({ id }) => tasksApi.restore(id)));
    }
  }

  async #takenBack({ taskId, due, doneAt }: TaskEdit): Promise<Task[]> {
    if (doneAt === null) return [await tasksApi.untick(taskId, due)];
    const done = (await tasksApi.done(taskId)).find((one) => one.doneAt === doneAt);
    // Somebody else has taken it back already, or done it anew.
    return done ? [await tasksApi.untick(taskId, done.due)] : [];
  }

  async #cleared(edit: TaskEdit): Promise<Task[]> {
    // Connected anew meanwhile, this page has been told without them already.
    const before = this.#known;
    const ids = new Set(await tasksApi.clear(edit.listId));
    // Also what others have ticked meanwhile went. What was to go counts in any case: the answer that named it may have been lost.
    const gone = [...this.#known, ...before].filter(({ id }) => ids.has(id));
    const tasks = [...new Map([...gone, ...edit.tasks].map((task) => [task.id, task])).values()];
    this.set(edit, { tasks });
    this.commit(edit.who, (all) => all.map((other) => (other.undoes === edit.id ? { ...other, tasks } : other)));
    if (this.last?.id === edit.id) this.last = { ...this.last, tasks };
    return [];
  }

  protected override async declined(edit: TaskEdit, error: ApiError): Promise<void> {
    const { kind } = edit;
    // Gone as it was to be, or added by a request whose answer was lost and deleted by somebody since.
    if ((error.status === 404 && (kind === 'remove' || kind === 'move')) || (error.status === 409 && kind === 'add')) this.drop(edit);
    else if (error.status === 412 && kind === 'change') await this.#combine(edit);
    else this.#refuse(edit, error.status === 404 ? t('lists.gone') : explain(error));
  }

  /** Somebody else has changed it: both changes count where they concern different things. */
  async #combine(edit: TaskEdit): Promise<void> {
    const theirs = await tasksApi.one(edit.taskId);
    const input = merged(inputOf(edit.base!), edit.input!, inputOf(theirs));
    if (input) this.set(edit, { base: theirs, input });
    else {
      this.set(edit, { base: theirs });
      this.#refuse(edit, t('lists.clash'));
    }
  }

  #refuse(edit: TaskEdit, reason: string): void {
    this.set(edit, { state: 'refused', reason });
    // What was to be done with a task that there will not be.
    if (edit.kind === 'add') this.commit(edit.who, (all) => all.filter((other) => other.id === edit.id || other.taskId !== edit.id));
    announcer.say(t('lists.refused', { title: edit.title, reason }));
  }
}

function about({ id, calendarId, summary }: Task): Pick<TaskEdit, 'taskId' | 'listId' | 'title'> {
  return { taskId: id, listId: calendarId, title: summary };
}

function byList(tasks: readonly ShownTask[]): Map<string, ShownTask[]> {
  const lists = new Map<string, ShownTask[]>();
  for (const task of tasks) {
    const list = lists.get(task.calendarId);
    if (list) list.push(task);
    else lists.set(task.calendarId, [task]);
  }
  return lists;
}

export const tasks = new Tasks();
