import { ChangeStream } from '../api/changes';
import { api } from '../api/client';
import type { Calendar, Feed, Household, Member, Occurrence, PlainDate, Readiness, Right, Topic } from '../api/types';
import { safeColor } from '../color';
import { locale, t } from '../i18n/language';
import type { KnownWindow } from '../time/known';
import type { FirstWeekday } from '../time/months';
import { isKnownZone } from '../time/zone';
import { announcer } from './announcer.svelte';
import { display } from './display.svelte';
import { latestOnly, type Loader } from './latest';
import { selection } from './selection.svelte';
import { session } from './session.svelte';

/** Changes that come within this time are fetched together: reading a feed touches many things at once. */
const coalesceMs = 100;
/** Windows kept for going back to a month without waiting. */
const maximumWindows = 8;

/** What is fetched: the topics that the service announces, and its own state, which it does not. */
type Part = Topic | 'readiness';

const everything: readonly Part[] = ['readiness', 'household', 'members', 'calendars', 'feeds', 'occurrences', 'tasks', 'notices'];

/** What one must be allowed to, to fetch a part. Anybody may know how the service is. */
const rights: Record<Part, Right | null> = {
  readiness: null,
  household: 'household:read',
  members: 'members:read',
  calendars: 'calendars:read',
  feeds: 'feeds:read',
  occurrences: 'events:read',
  tasks: 'tasks:read',
  notices: 'notices:read',
};

const firstWeekdays: Record<Household['weekStart'], FirstWeekday> = { sunday: 0, monday: 1, saturday: 6 };

/** What is kept of it for when the service is away, but for the occurrences. */
export interface KeptHousehold {
  household: Household;
  members: readonly Member[];
  calendars: readonly Calendar[];
  lists: readonly Calendar[];
  more: readonly (readonly [Part, unknown])[];
  /** When the service last said all that, milliseconds since 1970. */
  at: number;
}

interface Recollection {
  items: readonly Occurrence[];
  /** When the service told it, the oldest part. */
  at: number;
  /** Null when all days are known. */
  days: { from: PlainDate; to: PlainDate } | null;
}

/**
 * What the service last said about the household. It is fetched at the start, after every change and after every
 * connection; while the service is away the last answer stays, with its age. It is what one person may see: when
 * somebody else signs in, or nobody is any more, all of it is forgotten.
 */
class HouseholdState {
  household = $state.raw<Household | null>(null);
  members = $state.raw<readonly Member[]>([]);
  /** Those of events. */
  calendars = $state.raw<readonly Calendar[]>([]);
  /** Those of tasks, which have no place among calendars of events. */
  lists = $state.raw<readonly Calendar[]>([]);
  feeds = $state.raw<readonly Feed[]>([]);
  readiness = $state.raw<Readiness | null>(null);
  connection = $state<'connecting' | 'live' | 'lost'>('connecting');
  /** When the service last answered for what is shown, milliseconds since 1970. */
  answeredAt = $state<number | null>(null);
  /** Counts the answers that tell something of the household. */
  answers = $state(0);
  /** Finds what is known of other windows, of this visit (the newest last) and of earlier ones, for when the service cannot be asked. */
  recall: ((seen: readonly KnownWindow[], from: PlainDate, to: PlainDate, zone: string) => Recollection | null) | null = null;
  /** The days (exclusive end) that are known, where the service cannot be asked and those shown go beyond them. */
  knownDays = $state.raw<{ from: PlainDate; to: PlainDate } | null>(null);
  /** Whether it is known that there is neither a member nor a calendar nor a list. */
  isEmpty = $derived.by(() => this.#told.members && this.#told.calendars && this.members.length + this.calendars.length + this.lists.length === 0);

  #known = $state.raw<readonly Occurrence[]>([]);
  /** What this browser's own edits that are on their way make of the occurrences. */
  overlay = $state.raw<((occurrences: readonly Occurrence[]) => readonly Occurrence[]) | null>(null);
  /** The occurrences of the last window that was answered: while another one loads, those of the one before. */
  occurrences = $derived(this.overlay ? this.overlay(this.#known) : this.#known);
  #answeredWindow = $state('');
  #wantedWindow = $state('');

  /** The household's zone, or UTC before it is known and where the browser does not know it. */
  zone = $derived(this.household && isKnownZone(this.household.zone) ? this.household.zone : 'UTC');
  firstWeekday: FirstWeekday = $derived(firstWeekdays[this.household?.weekStart ?? 'monday']);
  calendarsById = $derived(new Map(this.calendars.map((calendar) => [calendar.id, calendar])));
  /** Whether `occurrences` belongs to the window asked for. */
  occurrencesReady = $derived(this.#wantedWindow !== '' && this.#answeredWindow === this.#wantedWindow);

  /** What is empty before it was answered may only not be known yet. */
  #told = $state({ members: false, calendars: false });

  /** Whether the service has said, now or at an earlier visit, which lists there are. */
  listsTold = $derived(this.#told.calendars);

  #windows = new Map<string, KnownWindow>();
  #more = new Map<Part, unknown>();
  #followers = new Map<Part, (value: unknown) => void>();
  #dirty = new Set<Topic>();
  #held = new Set<Topic>();
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
      this.#recollect();
      // It also ends when this browser was signed out from elsewhere; an event source does not tell the one from the other.
      void session.check();
    },
  });

  #loaders: Partial<Record<Part, Loader>> = {
    readiness: latestOnly(api.readiness, (readiness) => (this.readiness = readiness)),
    household: latestOnly(api.household, (household) => {
      this.household = household;
      display.use(household);
    }),
    members: latestOnly(api.members, (members) => {
      this.members = members.toSorted((a, b) => a.name.localeCompare(b.name, locale));
      this.#told.members = true;
    }),
    calendars: latestOnly(api.calendars, (calendars) => {
      this.calendars = calendars.filter(({ holds }) => holds === 'events');
      this.lists = calendars.filter(({ holds }) => holds === 'tasks');
      this.#told.calendars = true;
    }),
    feeds: latestOnly(api.feeds, (feeds) => (this.feeds = feeds)),
    occurrences: latestOnly(
      async () => {
        const window = this.#wantedWindow;
        const [from, to, zone] = window.split('|') as [PlainDate, PlainDate, string];
        return { window, items: window === '' ? [] : await api.occurrences(from, to, zone) };
      },
      ({ window, items }) => this.#keep(window, items),
      () => this.#held.has('occurrences'),
      ({ window }) => window === this.#answeredWindow && this.#postpone('occurrences'),
    ),
  };

  /** Whether the occurrences that are looked at are on their way. */
  get awaited(): boolean {
    return this.#answeredWindow !== this.#wantedWindow && session.mayOwn('events:read');
  }

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
    // Without an answer it is the stream that goes on trying, and it may be that what was kept of them is shown by then.
    session.load().then(
      () => this.#open(),
      () => this.#stream.open(),
    );
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
    const left = this.#windows.get(this.#wantedWindow);
    // The stream has kept it right until now.
    if (left && this.connection === 'live') left.at = this.answeredAt ?? left.at;
    this.#wantedWindow = window;
    const known = this.#windows.get(window);
    if (known) this.#show(window, known.items);
    if (this.connection === 'lost') {
      if (known) this.answeredAt = known.at;
      this.knownDays = null;
      this.#recollect();
    }
    void this.refresh(['occurrences']);
  }

  /** From now on fetches something more with the rest, which the first page does not need. Null is given when somebody else has come. */
  follow<T>(part: Topic, load: () => Promise<T>, apply: (value: T | null) => void): void {
    const loader = latestOnly(
      load,
      (value) => {
        this.#more.set(part, value);
        apply(value);
      },
      () => this.#held.has(part),
      () => this.#more.has(part) && this.#postpone(part),
    );
    this.#loaders[part] = {
      load: loader.load,
      forget() {
        loader.forget();
        apply(null);
      },
    };
    const told = apply as (value: unknown) => void;
    this.#followers.set(part, told);
    if (this.#more.has(part)) told(this.#more.get(part));
    void this.refresh([part]);
  }

  /** The windows of this visit, the newest last. */
  get seen(): readonly KnownWindow[] {
    return [...this.#windows.values()];
  }

  /** What is fetched with the rest, as it was told last. */
  get more(): readonly (readonly [Part, unknown])[] {
    return [...this.#more];
  }

  /** Shows what an earlier visit has kept, until the service can be asked. */
  restore({ household, members, calendars, lists, more, at }: KeptHousehold): void {
    this.household = household;
    display.use(household);
    this.members = members;
    this.calendars = calendars;
    this.lists = lists;
    this.#more = new Map(more);
    for (const [part, value] of more) this.#followers.get(part)?.(value);
    this.#told = { members: true, calendars: true };
    this.answeredAt = at;
    this.connection = 'lost';
  }

  /** Fetches these parts now, and says whether they came. Never throws: what fails is seen in `connection` and tried again. */
  async refresh(parts: readonly Part[]): Promise<boolean> {
    const allowed = parts.filter((part) => rights[part] === null || session.mayOwn(rights[part]));
    for (const part of parts) if (part !== 'readiness') this.#dirty.delete(part);
    // Nothing was asked, so the service has not answered.
    if (!allowed[0]) return true;
    try {
      await Promise.all(allowed.map((part) => this.#loaders[part]?.load()));
    } catch {
      this.#stream.interrupt();
      return false;
    }
    this.#stream.confirm();
    this.answeredAt = Date.now();
    this.knownDays = null;
    if (allowed.some((part) => part !== 'readiness')) this.answers++;
    // An answer that was still under way when the stream broke says nothing about now.
    if (!this.#stream.isOpen) return true;
    if (this.connection === 'lost') announcer.say(t('lost.back'));
    this.connection = 'live';
    return true;
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
    if (session.who === who) await this.#renew(parts);
  }

  #restart(): void {
    this.#stream.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const loader of Object.values(this.#loaders)) loader.forget();
    this.household = this.readiness = this.answeredAt = null;
    this.#told = { members: false, calendars: false };
    this.members = this.calendars = this.lists = this.feeds = this.#known = [];
    this.#answeredWindow = this.#wantedWindow = '';
    this.knownDays = null;
    this.#windows.clear();
    this.#more.clear();
    this.#dirty.clear();
    this.connection = 'connecting';
    selection.close();
    announcer.forget();
    if (session.who === '') return;
    // The first answers do not wait for the stream; a change that falls between the two is caught by its first `connected`.
    void this.refresh(everything);
    this.#stream.open();
  }

  /** Makes a change that is laid over what is known until it is answered. Until then nothing counts that may tell what the service has made of it: it would be shown twice. */
  async change(topic: Topic, make: () => Promise<void>): Promise<void> {
    this.#held.add(topic);
    try {
      await make();
    } finally {
      this.#held.delete(topic);
      this.#schedule();
    }
  }

  /** Fetches what a change has made, now that it is answered. @returns Whether that came; not where the next change is under way by then. */
  async changed(topic: Topic): Promise<boolean> {
    this.#held.delete(topic);
    return (await this.refresh([topic])) && !this.#held.has(topic);
  }

  #postpone(topic: Topic): true {
    this.#dirty.add(topic);
    this.#schedule();
    return true;
  }

  /** What has changed since it was last asked for, and is to be asked for now. */
  get #due(): Topic[] {
    return [...this.#dirty].filter((topic) => topic in this.#loaders && !this.#held.has(topic));
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#refreshing || this.#due.length === 0) return;
    this.#timer = setTimeout(() => void this.#refreshDirty(), coalesceMs);
  }

  async #refreshDirty(): Promise<void> {
    this.#timer = undefined;
    const topics = this.#due;
    if (topics.length === 0) return;
    this.#refreshing = true;
    await this.#renew(topics);
    this.#refreshing = false;
    this.#schedule();
  }

  /** Fetches these parts, and says so when others have changed what is looked at. */
  async #renew(parts: readonly Part[]): Promise<void> {
    const before = this.#known;
    const window = this.#answeredWindow;
    await this.refresh(parts);
    if (window === this.#answeredWindow && before !== this.#known) announcer.say(t('live.updated'));
  }

  #keep(window: string, items: readonly Occurrence[]): void {
    const [from, to, zone] = window.split('|') as [PlainDate, PlainDate, string];
    this.#windows.delete(window);
    if (window !== '') this.#windows.set(window, { from, to, zone, at: Date.now(), items });
    if (this.#windows.size > maximumWindows) this.#windows.delete(this.#windows.keys().next().value!);
    this.#show(window, items);
  }

  #show(window: string, items: readonly Occurrence[]): void {
    if (window !== this.#wantedWindow) return;
    // The same answer keeps the same array, so that nothing on screen is laid out again or announced.
    const same = this.#answeredWindow === window && JSON.stringify(items) === JSON.stringify(this.#known);
    this.#answeredWindow = window;
    if (!same) this.#known = items;
  }

  /** While the service cannot be asked, other windows tell of the days that are wanted. */
  #recollect(): void {
    const window = this.#wantedWindow;
    if (window === '' || window === this.#answeredWindow) return;
    const [from, to, zone] = window.split('|') as [PlainDate, PlainDate, string];
    const found = this.recall?.(this.seen, from, to, zone);
    if (!found) return;
    this.#show(window, found.items);
    this.answeredAt = found.at;
    this.knownDays = found.days;
  }
}

export const household = new HouseholdState();
