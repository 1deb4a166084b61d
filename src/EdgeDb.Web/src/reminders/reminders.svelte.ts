import { untrack } from 'svelte';
import { request } from '../api/client';
import type { Instant, PlainDate } from '../api/types';
import { isTicked } from '../lists/task';
import { clock } from '../state/clock.svelte';
import { filter } from '../state/filter.svelte';
import { household } from '../state/household.svelte';
import { session } from '../state/session.svelte';
import { follow, followClaims, read, update } from '../state/store';
import { tasks } from '../state/tasks.svelte';
import { addDays } from '../time/dates';
import { wallClock } from '../time/zone';
import { laterMs, marked, pruned, ringing, silent, type DueReminder, type Marks, type Ringing } from './due';
import { options } from './options.svelte';

/** Missed for longer, with no page open all the time, it is news of yesterday's world. */
const daysBack = 7;
/** Until tomorrow night: this page goes on when the service is away. */
const daysAhead = 2;
const maximumPages = 4;
const retryMs = 10_000;
/** Kept for the next visit at most. */
const maximumKept = 200;

interface Answer {
  /** How far it reaches. */
  to: Instant;
  items: DueReminder[];
}

/** What is kept of one person while the page is closed, and shared by the tabs of a browser. */
interface Kept {
  marks: Marks;
  known: readonly DueReminder[];
}

/**
 * The reminders of the last days and of tomorrow, and what this browser has done about them. What is due follows from the clock
 * alone: a page that slept shows on waking what it has missed, and a reminder of what was moved or deleted is gone with the next
 * answer. There is no timer that could fire twice or too late.
 */
class Reminders {
  #known = $state.raw<readonly DueReminder[]>([]);
  #marks = $state.raw<Marks>({});
  /** Whose marks those are: before they are read, what was dismissed would show for a moment. */
  #whose = $state<string | null>(null);
  #commits = 0;
  #wanted = false;
  #loading = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether something of it is here only: what is kept is somebody else's, or not theirs yet. */
  #unkept = false;

  #today = $derived(wallClock(clock.now, household.zone).date);
  #mayAsk = $derived(session.mayOwn('events:read') && session.mayOwn('tasks:read'));
  /** What rings, the latest first. */
  ringing: readonly Ringing[] = $derived(
    options.shows && this.#mayAsk && this.#whose !== null && this.#whose === session.who
      ? ringing(this.#known.filter(isWanted), this.#marks, clock.now)
      : [],
  );

  /** @param rings Told what rings for the first time, in one page of this browser only. */
  start(rings: (all: readonly Ringing[]) => void): () => void {
    const stops = [
      follow('reminders', () => void this.#adopt()),
      followClaims(() => this.#keep()),
      $effect.root(() => {
        $effect(() => {
          if (session.who !== null) untrack(() => void this.#enter());
        });
        $effect(() => {
          // After whatever the service has told anew, and with every day.
          if (household.answers > 0 && household.household && this.#mayAsk && this.#whose && this.#today) untrack(() => void this.#load());
        });
        $effect(() => {
          if (clock.now > 0) untrack(() => this.#keep());
        });
        $effect(() => {
          if (silentOf(this.ringing, this.#marks).length > 0) untrack(() => void this.#ring(rings));
        });
      }),
    ];
    return () => {
      clearTimeout(this.#retry);
      stops.forEach((stop) => stop());
    };
  }

  /** Nobody wants to hear of it any more; a later reminder of the same still comes. */
  dismiss(all: readonly Ringing[]): void {
    this.#mark(all, { done: true });
  }

  postpone(one: Ringing): void {
    this.#mark([one], { again: clock.now + laterMs });
  }

  #mark(all: readonly Ringing[], change: { done: true } | { again: number }): void {
    const reminders = all.flatMap((one) => one.reminders);
    void this.#commit((kept) => ({ ...kept, marks: marked(kept.marks, reminders, change) }));
  }

  /** Of several pages of a browser the one rings that was first to say so. */
  async #ring(rings: (all: readonly Ringing[]) => void): Promise<void> {
    const groups = this.ringing;
    const heard = silentOf(groups, this.#marks);
    const rung = clock.now;
    let first = heard;
    await this.#commit((kept, isShared) => {
      if (isShared) first = silent(heard, kept.marks);
      return { ...kept, marks: marked(kept.marks, heard, { rung }) };
    });
    const ids = new Set(first.map(({ id }) => id));
    const mine = groups.filter(({ reminders }) => reminders.some(({ id }) => ids.has(id)));
    if (mine.length > 0) rings(mine);
  }

  /** Changes what is known, here and where it is kept; there it may be somebody else's by now, or refused. */
  async #commit(change: (kept: Kept, isShared: boolean) => Kept): Promise<void> {
    this.#commits++;
    const before: Kept = { marks: this.#marks, known: this.#known };
    const after = change(before, false);
    this.#marks = after.marks;
    const done = await update<Kept>(session.who ?? '', 'reminders', (kept) => {
      const { marks, known } = change(kept ? { ...kept, marks: { ...before.marks, ...kept.marks } } : before, true);
      return { marks: pruned(marks, Date.now()), known };
    });
    this.#unkept = !done;
  }

  /** What was refused is newer than what other tabs have written meanwhile: that was taken over as it came. */
  #keep(): void {
    const marks = this.#marks;
    if (this.#unkept) void this.#commit((kept) => ({ ...kept, marks: { ...kept.marks, ...marks } }));
  }

  async #enter(): Promise<void> {
    const { who } = session;
    this.#known = [];
    this.#marks = {};
    this.#unkept = false;
    this.#whose = null;
    if (who === '') return;
    await this.#adopt(true);
    if (who === session.who) this.#whose = who;
  }

  /** Takes over what earlier visits and other tabs have left. */
  async #adopt(first = false): Promise<void> {
    const { who } = session;
    if (!who) return;
    let commits: number;
    let kept: Kept | undefined;
    do {
      commits = this.#commits;
      kept = await read<Kept>(who, 'reminders');
    } while (commits !== this.#commits);
    if (who !== session.who || !kept) return;
    this.#marks = { ...this.#marks, ...kept.marks };
    if (first && this.#known.length === 0) this.#known = kept.known;
  }

  /** One request at a time: what is told anew while one is under way is asked for by the next. */
  async #load(): Promise<void> {
    clearTimeout(this.#retry);
    this.#wanted = true;
    if (this.#loading) return;
    this.#loading = true;
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#fetch();
      }
    } finally {
      this.#loading = false;
    }
  }

  async #fetch(): Promise<void> {
    const { who } = session;
    if (!who || !household.household || !this.#mayAsk) return;
    const today = this.#today;
    try {
      const items = await fetchAll(addDays(today, -daysBack), addDays(today, daysAhead), today);
      if (who !== session.who || who !== this.#whose) return;
      if (JSON.stringify(items) === JSON.stringify(this.#known)) return;
      this.#known = items;
      const known = items.slice(0, maximumKept);
      await this.#commit((kept) => ({ ...kept, known }));
    } catch {
      // What is known goes on ringing. A service that was away is asked again when it is back, one that was only slow has to be asked from here.
      if (household.connection === 'live') this.#retry = setTimeout(() => void this.#load(), retryMs);
    }
  }
}

function silentOf(all: readonly Ringing[], marks: Marks): DueReminder[] {
  return silent(
    all.flatMap(({ reminders }) => reminders),
    marks,
  );
}

/** Not what this browser hides, nor what is ticked here and not told to the service yet. */
function isWanted({ occurrence, task }: DueReminder): boolean {
  if (occurrence) return filter.shows(occurrence);
  if (!task || (task.memberId !== null && filter.hiddenMembers.has(task.memberId))) return false;
  const shown = tasks.shown.find(({ id }) => id === task.id);
  return !shown || (shown.due === task.due && !isTicked(shown, clock.now, household.zone));
}

async function fetchAll(from: PlainDate, to: PlainDate, lasting: PlainDate): Promise<DueReminder[]> {
  const items: DueReminder[] = [];
  const parameters = new URLSearchParams({ from, to, lasting });
  for (let page = 0; page < maximumPages; page++) {
    const answer = await request<Answer>('GET', `/api/reminders?${parameters}`);
    items.push(...answer.items);
    // It reaches less far only when it holds as much as an answer may.
    if (answer.items.length === 0 || wallClock(Date.parse(answer.to), household.zone).date >= to) break;
    parameters.set('from', answer.to);
  }
  return items;
}

export const reminders = new Reminders();
