import { untrack } from 'svelte';
import { api } from '../api/client';
import type { Session } from '../api/types';
import { addDays } from '../time/dates';
import { recall, type KnownWindow } from '../time/known';
import { wallClock } from '../time/zone';
import { household, type KeptHousehold } from './household.svelte';
import { session } from './session.svelte';
import { claim, owner, read, update } from './store';

/** What is kept ahead of being looked at, from today. */
const daysBack = 14;
const daysAhead = 57;
/** Some 2 MB; of more, what is furthest from now is not kept. */
const maximumOccurrences = 4000;
/** Who was away for longer than a session lasts is not to be shown what was then. */
const longestDays = 90;
const dayMs = 86_400_000;
/** After an answer, so that the page that is being looked at comes first. */
const quietMs = 1500;

interface Kept extends KeptHousehold {
  session: Session;
  windows: readonly KnownWindow[];
}

/**
 * What is left of the household while the service is away: the pages, which the service worker keeps, and the last known weeks,
 * which `store.ts` keeps for whoever is signed in. Without a worker a page cannot open then, so nothing is kept of the weeks
 * either, and the open page goes on with what it has.
 */
class Offline {
  /** Whether the page will open while the service is away; null until the browser has said so. */
  opensAlone = $state<boolean | null>(null);
  /** Edits that were not sent when this person was signed out, and are gone. */
  discarded = $state(0);

  #windows: readonly KnownWindow[] = [];
  /** Whose those are. */
  #whose = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #registration: ServiceWorkerRegistration | undefined;

  start(): () => void {
    household.recall = (seen, from, to, zone) => recall([...(this.#whose === session.who ? this.#windows : []), ...seen], from, to, zone);
    this.#holdParts();
    void this.#register();
    void this.#restore();
    return $effect.root(() => {
      $effect(() => {
        const { who } = session;
        if (who !== null && !session.isRecalled) untrack(() => void this.#claim(session.current!, who));
      });
      $effect(() => {
        if (household.answers > 0 && this.opensAlone && !isVisit(session.current)) this.#soon();
      });
      $effect(() => {
        // The service is back, perhaps with another build.
        if (household.connection === 'live') void this.#registration?.update().catch(() => {});
      });
    });
  }

  /** Tells the worker which build's parts this page may still ask for; see worker/worker.ts. */
  #holdParts(): void {
    const first = document.querySelector<HTMLScriptElement>('script[type=module][src]');
    if (!first) return;
    void navigator.locks?.request(`edgedb.page:${new URL(first.src).pathname}`, { mode: 'shared' }, () => {
      navigator.serviceWorker?.controller?.postMessage('here');
      return new Promise(() => {});
    });
  }

  async #register(): Promise<void> {
    try {
      // Not where the page came over plain http, nor where the device does not trust the household's authority.
      this.#registration = import.meta.env.PROD ? await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }) : undefined;
    } catch {
      this.#registration = undefined;
    }
    this.opensAlone = this.#registration !== undefined;
  }

  async #restore(): Promise<void> {
    const who = await owner();
    const kept = who === '' ? undefined : await read<Kept>(who, 'weeks');
    // The service was faster.
    if (!kept || (session.current !== null && session.who !== who)) return;
    if (Date.now() - kept.at > longestDays * dayMs) return claim('');
    this.#windows = kept.windows;
    this.#whose = who;
    if (session.current !== null) return;
    session.recall(kept.session);
    household.restore(kept);
  }

  async #claim(current: Session, who: string): Promise<void> {
    // Of a visit at a paired device nothing is kept; what the device itself may show stays.
    const keeper = isVisit(current) ? `kiosk||${current.device}` : who;
    const before = await owner();
    if (before !== '' && before !== keeper) {
      const queues = await Promise.all([read<unknown[]>(before, 'edits'), read<unknown[]>(before, 'tasks')]);
      this.discarded = queues.reduce((count, queue) => count + (queue?.length ?? 0), 0);
    }
    await claim(keeper);
    if (before !== '' && keeper === '') await session.forgetAnswers();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#keep(), quietMs);
  }

  async #keep(): Promise<void> {
    const { who, current } = session;
    const { household: home, zone, members, calendars, lists, more } = household;
    if (!who || !current || !home || session.isRecalled || household.connection !== 'live' || !session.mayOwn('events:read')) return;
    const today = wallClock(Date.now(), zone).date;
    const [from, to] = [addDays(today, -daysBack), addDays(today, daysAhead)];
    try {
      const items = await api.occurrences(from, to, zone);
      const at = Date.now();
      const windows = bounded([{ from, to, zone, at, items }, ...household.seen.toReversed()]);
      if (session.who !== who) return;
      this.#windows = windows;
      this.#whose = who;
      // Plain data of the service, but for the proxies that a page may have made of it.
      const kept = JSON.parse(JSON.stringify({ session: current, household: home, members, calendars, lists, more, windows, at } satisfies Kept)) as Kept;
      await update<Kept>(who, 'weeks', () => kept);
    } catch {
      // The service has gone; what was kept before stays.
    }
  }
}

function isVisit(current: Session | null): boolean {
  return Boolean(current?.device && current.account);
}

/** The first windows, as many as have room. Of the first one the last days go, when it has more by itself. */
function bounded(windows: readonly KnownWindow[]): readonly KnownWindow[] {
  let room = maximumOccurrences;
  const result: KnownWindow[] = [];
  for (const window of windows) {
    if (window.items.length <= room) {
      result.push(window);
      room -= window.items.length;
    } else if (result.length === 0) {
      const items = window.items.toSorted((a, b) => (a.start < b.start ? -1 : 1));
      const to = items[room]!.start.slice(0, 10);
      result.push({ ...window, to, items: items.slice(0, room) });
      break;
    }
  }
  return result;
}

export const offline = new Offline();
