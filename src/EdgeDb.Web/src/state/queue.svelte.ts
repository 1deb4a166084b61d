import { untrack } from 'svelte';
import { ApiError, ServiceAway } from '../api/client';
import type { Topic } from '../api/types';
import { t, type MessageKey } from '../i18n/language';
import { announcer } from './announcer.svelte';
import { household } from './household.svelte';
import { session } from './session.svelte';
import { alone, follow, followClaims, read, update, type Part } from './store';

/** How long one can take the last edit back; a wall tablet is not to show for hours what was done at breakfast. */
const undoMs = 30_000;
const firstRetryMs = 1000;
const longestRetryMs = 15_000;

/** Something that a person has done in this browser, until it is certain what became of it. Plain data, so that it can be kept while the page is closed. */
export interface Queued {
  /** A UUID. */
  id: string;
  /** Whose it is, as the session tells people apart. */
  who: string;
  /**
   * - `saving`: on its way, or next in the queue
   * - `waiting`: the service did not answer; it is sent again
   * - `saved`: made, and not read back yet
   * - `clash`: somebody else has changed the same, which a person has to look at
   * - `refused`: not made, for `reason`
   */
  state: 'saving' | 'waiting' | 'saved' | 'clash' | 'refused';
  reason: string;
}

/**
 * The edits of this browser, one after the other: a later one may be about what an earlier one made. Each shows at once and is
 * sent until it is certain what became of it, so it has to be of a kind that is made once however often it is sent. What is not
 * sent yet is kept while the page is closed; tabs share it, and one at a time sends.
 */
export abstract class Queue<E extends Queued> {
  /** Of everybody at this device, in the order in which they were made. */
  protected all = $state.raw<readonly E[]>([]);
  /** The last one that was made and can be taken back. */
  last = $state.raw<E | null>(null);

  /** Of whoever is signed in. */
  queue = $derived(this.all.filter((edit) => edit.who === session.who));
  unsaved = $derived(this.queue.filter((edit) => edit.state === 'saving' || edit.state === 'waiting'));
  refused = $derived(this.queue.filter((edit) => edit.state === 'refused'));

  readonly #part: Part;
  #running = false;
  #retryMs = firstRetryMs;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;
  /** The edits that were kept, at whatever time. */
  #kept = new Set<string>();
  #commits = 0;

  constructor(part: Part) {
    this.#part = part;
    follow(part, () => void this.#adopt());
    followClaims(() => this.#keep());
    addEventListener('beforeunload', (event) => {
      // Not kept anywhere, it would go with the page.
      if (this.unsaved.some(({ id }) => !this.#kept.has(id))) event.preventDefault();
    });
    $effect.root(() => {
      $effect(() => {
        if (session.who !== null) untrack(() => void this.#enter());
      });
      $effect(() => {
        if (household.connection === 'live' && session.who) untrack(() => this.#resume());
      });
    });
  }

  /** Edits that wait at most: more than anybody enters while the service is away. */
  protected abstract readonly maximum: number;
  /** What is said when there are more. */
  protected abstract readonly tooMany: MessageKey;

  /**
   * Sends it, and marks it as saved when it is; what is to be decided by a person first is marked so instead.
   * @throws What the service answers, or {@link ServiceAway}.
   */
  protected abstract send(edit: E): Promise<void>;

  /**
   * What becomes of one that the service does not take: changed to be sent anew, or marked as refused.
   * @throws What the service answers to what is asked for that.
   */
  protected abstract declined(edit: E, error: ApiError): Promise<void>;

  /** What shows the edits that were made. */
  protected abstract readonly topic: Topic;

  drop(edit: E): void {
    this.commit(edit.who, (all) => all.filter(({ id }) => id !== edit.id));
  }

  keepUndo(keep: boolean): void {
    clearTimeout(this.#forget);
    if (!keep) this.#forget = setTimeout(() => (this.last = null), undoMs);
  }

  /** @returns Whether there was room for it. */
  protected put(edit: E): boolean {
    if (this.all.length >= this.maximum) {
      announcer.say(t(this.tooMany));
      return false;
    }
    this.commit(edit.who, (all) => [...all, edit]);
    void this.run();
    return true;
  }

  protected set(edit: E, change: Partial<E>): void {
    this.commit(edit.who, (all) => all.map((other) => (other.id === edit.id ? { ...other, ...change } : other)));
  }

  /** Changes the queue, here and where it is kept. What is saved only waits here to be seen. */
  protected commit(who: string, change: (all: readonly E[]) => readonly E[]): void {
    this.#commits++;
    this.all = change(this.all);
    let left: readonly E[] = [];
    void update<readonly E[]>(who, this.#part, (kept = []) => {
      left = change(kept).filter((edit) => edit.state !== 'saved');
      return left.length > 0 ? left : undefined;
    }).then((done) => {
      if (done) for (const { id } of left) this.#kept.add(id);
    });
  }

  /** Somebody is here: what they had left to send comes back, and what was somebody else's goes, but for visits at this device. */
  async #enter(): Promise<void> {
    const { who, current } = session;
    this.last = null;
    this.all = this.all.filter((edit) => edit.who === who || (current?.device && edit.who.endsWith(`|${current.device}`)));
    await this.#adopt();
    if (household.connection === 'live') this.#resume();
  }

  /** Takes over what is kept, as an earlier visit or other tabs have left it. */
  async #adopt(): Promise<void> {
    const { who } = session;
    if (!who) return;
    let commits: number;
    let kept: readonly E[];
    do {
      commits = this.#commits;
      kept = (await read<readonly E[]>(who, this.#part)) ?? [];
    } while (commits !== this.#commits);
    if (who !== session.who) return;
    const ids = new Set(kept.map(({ id }) => id));
    // What was kept and is not any more another tab has sent or dropped.
    const own = this.all.filter(({ id, state }) => !ids.has(id) && (state === 'saved' || !this.#kept.has(id)));
    for (const id of ids) this.#kept.add(id);
    if (own.length < this.all.length || kept.length > 0) this.all = [...own, ...kept];
  }

  /** What was entered before the browser kept anything of this person is kept from now on. */
  #keep(): void {
    const { who } = session;
    const left = this.queue.filter(({ id, state }) => state !== 'saved' && !this.#kept.has(id));
    if (who && left.length > 0) this.commit(who, (all) => [...all, ...left.filter(({ id }) => all.every((other) => other.id !== id))]);
  }

  /** Goes on with what is left to send, or to be seen. */
  #resume(): void {
    if (this.unsaved.length > 0) void this.run();
    else void this.refresh();
  }

  protected async run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#retry);
    let goesOn = true;
    try {
      await alone(this.#part, async () => {
        await this.#adopt();
        for (let edit = this.unsaved[0]; edit && goesOn; edit = this.unsaved[0]) {
          try {
            await household.change(this.topic, () => this.send(edit));
            this.#retryMs = firstRetryMs;
          } catch (error) {
            goesOn = await this.#stopped(edit, error);
          }
        }
      });
    } finally {
      this.#running = false;
    }
    // Put while the others were being told that it is their turn.
    if (goesOn && this.unsaved.length > 0) return this.run();
    await this.refresh();
  }

  /** Until what they made has come, edits stay laid over what was there before. */
  protected async refresh(): Promise<void> {
    const made = new Set(this.all.filter(({ state }) => state === 'saved').map(({ id }) => id));
    if (made.size > 0 && (await household.changed(this.topic))) this.all = this.all.filter(({ id }) => !made.has(id));
  }

  /** @returns Whether the others may go on. */
  async #stopped({ id, who }: E, error: unknown): Promise<boolean> {
    const answer = error instanceof ApiError ? error : null;
    if (answer && answer.status < 500 && answer.status !== 429) {
      const edit = this.all.find((other) => other.id === id);
      try {
        // Not what another tab has dropped meanwhile.
        if (edit) await this.declined(edit, answer);
        return true;
      } catch (reason) {
        return this.#stopped(edit!, reason);
      }
    }
    // All that is behind it waits as well.
    this.commit(who, (all) => all.map((other) => (other.who === who && other.state === 'saving' ? { ...other, state: 'waiting' } : other)));
    this.#retry = setTimeout(() => this.#resume(), Math.max((answer?.retryAfterSeconds ?? 0) * 1000, this.#retryMs));
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    if (!answer && !(error instanceof ServiceAway)) throw error;
    return false;
  }
}
