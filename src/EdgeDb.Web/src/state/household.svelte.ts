import { ChangeStream } from '../api/changes';
import { api } from '../api/client';
import type { Calendar, Feed, Household, Member, Occurrence, PlainDate, Readiness, Right, Topic } from '../api/types';
import { safeColor } from '../color';
import { locale, t } from '../i18n/language';
import { isKnownZone } from '../time/zone';
import { announcer } from './announcer.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';

/** Changes that come within this time are fetched together: reading a feed touches many things at once. */
const coalesceMs = 100;
/** Windows kept for going back to a month without waiting. */
const maximumWindows = 8;

/** What is fetched: the topics that the service announces, and its own state, which it does not. */
type Part = Topic | 'readiness';

const everything: readonly Part[] = ['readiness', 'household', 'members', 'calendars', 'feeds', 'occurrences'];

/** What one must be allowed to, to fetch a part. Anybody may know how the service is. */
const rights: Record<Part, Right | null> = {
  readiness: null,
  household: 'household:read',
  members: 'members:read',
  calendars: 'calendars:read',
  feeds: 'feeds:read',
  occurrences: 'events:read',
};

interface Loader {
  load(): Promise<void>;
  /** An answer under way is for somebody who has left. */
  forget(): void;
}

/**
 * Runs a request and drops its answer when a later one was started meanwhile, which knows at least as much, or when it is the
 * same as before: then nothing on screen is laid out again and no focus is lost.
 */
function latestOnly<T>(load: () => Promise<T>, apply: (value: T) => void): Loader {
  let started = 0;
  let applied = '';
  return {
    async load() {
      const mine = ++started;
      const value = await load();
      const text = JSON.stringify(value);
      if (mine !== started || text === applied) return;
      applied = text;
      apply(value);
    },
    forget() {
      started++;
      applied = '';
    },
  };
}

/**
 * What the service last said about the household. It is fetched at the start, after every change and after every
 * connection; while the service is away the last answer stays, with its age. It is what one person may see: when
 * somebody else signs in, or nobody is any more, all of it is forgotten.
 */
class HouseholdState {
  household = $state.raw<Household | null>(null);
  members = $state.raw<readonly Member[]>([]);
  calendars = $state.raw<readonly Calendar[]>([]);
  feeds = $state.raw<readonly Feed[]>([]);
  readiness = $state.raw<Readiness | null>(null);
  connection = $state<'connecting' | 'live' | 'lost'>('connecting');
  /** When the service last answered, milliseconds since 1970. */
  answeredAt = $state<number | null>(null);

  /** The occurrences of the last window that was answered: while another one loads, those of the one before. */
  occurrences = $state.raw<readonly Occurrence[]>([]);
  #answeredWindow = $state('');
  #wantedWindow = $state('');

  /** The household's zone, or UTC before it is known and where the browser does not know it. */
  zone = $derived(this.household && isKnownZone(this.household.zone) ? this.household.zone : 'UTC');
  firstWeekday: 0 | 1 = $derived(this.household?.weekStart === 'sunday' ? 0 : 1);
  calendarsById = $derived(new Map(this.calendars.map((calendar) => [calendar.id, calendar])));
  /** Whether `occurrences` belongs to the window asked for. */
  occurrencesReady = $derived(this.#wantedWindow !== '' && this.#answeredWindow === this.#wantedWindow);

  #windows = new Map<string, readonly Occurrence[]>();
  #dirty = new Set<Topic>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing = false;

  #stream = new ChangeStream({
    connected: () => void this.#reconnected(),
    changed: (topics) => {
      for (const topic of topics) this.#dirty.add(topic);
      this.#schedule();
    },
    lost: () => {
      this.connection = 'lost';
      // It also ends when this browser was signed out from elsewhere; an event source does not tell the one from the other.
      void session.check();
    },
  });

  #loaders: Record<Part, Loader> = {
    readiness: latestOnly(api.readiness, (readiness) => (this.readiness = readiness)),
    household: latestOnly(api.household, (household) => (this.household = household)),
    members: latestOnly(api.members, (members) => (this.members = members.toSorted((a, b) => a.name.localeCompare(b.name, locale)))),
    calendars: latestOnly(api.calendars, (calendars) => (this.calendars = calendars)),
    feeds: latestOnly(api.feeds, (feeds) => (this.feeds = feeds)),
    occurrences: latestOnly(
      async () => {
        const window = this.#wantedWindow;
        const [from, to, zone] = window.split('|') as [PlainDate, PlainDate, string];
        return { window, items: window === '' ? [] : await api.occurrences(from, to, zone) };
      },
      ({ window, items }) => this.#show(window, items),
    ),
  };

  /** Those of the members that `ids` names, in the one order that people stand in everywhere. */
  membersOf(ids: readonly string[]): Member[] {
    return this.members.filter((member) => ids.includes(member.id));
  }

  /** The colours to tell an occurrence by: one for each of its people, else the one of its calendar. */
  colorsOf(occurrence: Occurrence): string[] {
    const people = this.membersOf(occurrence.members).map((member) => member.color);
    return (people.length > 0 ? people : [occurrence.color]).map(safeColor);
  }

  start(): () => void {
    const reconnect = () => this.#open();
    session.changed = () => this.#restart();
    // Without an answer it is the stream that goes on trying.
    session.load().catch(() => this.#stream.open());
    addEventListener('online', reconnect);
    return () => {
      removeEventListener('online', reconnect);
      clearTimeout(this.#timer);
      this.#stream.close();
    };
  }

  /** Makes the days from `from` to `to` (exclusive) the ones in `occurrences`; at once when they were seen before. */
  look(from: PlainDate, to: PlainDate): void {
    // Days start at midnight of a zone: without the household there is no window to ask for.
    if (!this.household) return;
    const window = `${from}|${to}|${this.zone}`;
    if (window === this.#wantedWindow) return;
    this.#wantedWindow = window;
    const known = this.#windows.get(window);
    if (known) this.#show(window, known);
    void this.refresh(['occurrences']);
  }

  /** Fetches these parts now. Never throws: what fails is seen in `connection` and tried again. */
  async refresh(parts: readonly Part[]): Promise<void> {
    const allowed = parts.filter((part) => rights[part] === null || session.mayOwn(rights[part]));
    try {
      await Promise.all(allowed.map((part) => this.#loaders[part].load()));
    } catch {
      this.#stream.interrupt();
      return;
    }
    this.#stream.confirm();
    this.answeredAt = Date.now();
    // An answer that was still under way when the stream broke says nothing about now.
    if (!this.#stream.isOpen) return;
    if (this.connection === 'lost') announcer.say(t('lost.back'));
    this.connection = 'live';
  }

  /** Finds out whether the service is still there, as a connection through a Wi-Fi that went away looks alive for hours. */
  probe(): void {
    if (this.connection === 'live') void this.#reconnected(['readiness']);
    else this.#open();
  }

  #open(): void {
    // Nobody, or nobody known yet, is told nothing.
    if (session.who) this.#stream.open();
  }

  /** Who it is comes first: what to fetch follows from it. */
  async #reconnected(parts = everything): Promise<void> {
    const { who } = session;
    try {
      await session.load();
    } catch {
      this.#stream.interrupt();
      return;
    }
    // Somebody else began anew by itself.
    if (session.who === who) await this.refresh(parts);
  }

  #restart(): void {
    this.#stream.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const loader of Object.values(this.#loaders)) loader.forget();
    this.household = this.readiness = this.answeredAt = null;
    this.members = this.calendars = this.feeds = this.occurrences = [];
    this.#answeredWindow = this.#wantedWindow = '';
    this.#windows.clear();
    this.#dirty.clear();
    this.connection = 'connecting';
    selection.close();
    announcer.say('');
    if (session.who === '') return;
    // The first answers do not wait for the stream; a change that falls between the two is caught by its first `connected`.
    void this.refresh(everything);
    this.#stream.open();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#refreshing) return;
    this.#timer = setTimeout(() => void this.#refreshDirty(), coalesceMs);
  }

  async #refreshDirty(): Promise<void> {
    this.#timer = undefined;
    this.#refreshing = true;
    const topics = [...this.#dirty].filter((topic) => topic in this.#loaders);
    this.#dirty.clear();
    const before = this.occurrences;
    await this.refresh(topics);
    if (before !== this.occurrences) announcer.say(t('live.updated'));
    this.#refreshing = false;
    if (this.#dirty.size > 0) this.#schedule();
  }

  #show(window: string, items: readonly Occurrence[]): void {
    this.#windows.delete(window);
    this.#windows.set(window, items);
    if (this.#windows.size > maximumWindows) this.#windows.delete(this.#windows.keys().next().value!);
    if (window !== this.#wantedWindow) return;
    // The same answer keeps the same array, so that nothing on screen is laid out again or announced.
    const same = this.#answeredWindow === window && JSON.stringify(items) === JSON.stringify(this.occurrences);
    this.#answeredWindow = window;
    if (!same) this.occurrences = items;
  }
}

export const household = new HouseholdState();
