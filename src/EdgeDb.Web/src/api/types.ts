/** `2026-01-05`, a day on the household's wall calendar, free of any time zone. */
export type PlainDate = string;

/** `2026-01-05T08:00:00Z`. */
export type Instant = string;

export interface Household {
  name: string;
  /** IANA name; every time on screen is told in it. */
  zone: string;
  language: string;
  weekStart: 'monday' | 'sunday' | 'saturday';
  /** Absent from a service that is older than the page: then it is as with `auto`. */
  clock?: 'auto' | '12h' | '24h';
  weekNumbers?: boolean;
  /** Whether sample members, calendars or events are present. */
  sample: boolean;
}

export interface Member {
  id: string;
  name: string;
  color: string;
}

/** Who sees a calendar: everybody at home, adults, or only those whom it concerns. */
export type CalendarAccess = 'household' | 'adults' | 'private';

export interface Calendar {
  id: string;
  name: string;
  color: string;
  kind: 'local' | 'feed';
  holds: 'events' | 'tasks';
  /** Events and series, each counted once. */
  eventCount: number;
  access: CalendarAccess;
  members: string[];
}

export interface FeedError {
  /** A stable word such as `timeout`; see `feed.reason.*` in the catalogues. */
  reason: string;
  detail: string;
}

export interface Feed {
  id: string;
  calendarId: string;
  name: string;
  /** Secrets are already masked by the service. */
  address: string;
  state: 'new' | 'ok' | 'failing' | 'refreshing';
  lastAttemptAt: Instant | null;
  lastSuccessAt: Instant | null;
  nextAttemptAt: Instant | null;
  error: FeedError | null;
  eventCount: number;
  skippedCount: number;
}

/** Something of a feed that was left out, and why. */
export interface FeedProblem {
  line: number | null;
  component: string | null;
  uid: string | null;
  property: string | null;
  reason: string;
}

export interface Occurrence {
  id: string;
  /** Nothing but its time may be seen: it has no event and no texts. */
  busy: boolean;
  /** Null when `busy`. */
  eventId: string | null;
  recurrenceId: string | null;
  /** An instant, or a plain date when `allDay`. */
  start: string;
  /** Exclusive; an instant, or a plain date when `allDay`. */
  end: string;
  allDay: boolean;
  /** The event's own IANA zone, null when it floats. */
  zone: string | null;
  summary: string;
  location: string | null;
  status: 'confirmed' | 'tentative';
  recurring: boolean;
  /** Not of a calendar that mirrors a feed. */
  editable: boolean;
  private: boolean;
  color: string;
  calendars: string[];
  members: string[];
  /** Not of the service: what it shows is this browser's own, not saved yet. */
  unsaved?: true;
}

/** A whole event, or one occurrence of a series as an event. Times are those of the clock in `zone`. */
export interface EventBody {
  id: string;
  calendarId: string;
  summary: string;
  description: string | null;
  location: string | null;
  url: string | null;
  color: string | null;
  status: 'confirmed' | 'tentative' | 'cancelled';
  /** `2026-01-05T08:00:00`, or a plain date when `allDay`. */
  start: string;
  /** Exclusive. */
  end: string;
  allDay: boolean;
  /** Null when it floats or is `allDay`. */
  zone: string | null;
  /** RFC 5545. */
  rrule: string | null;
  recurring: boolean;
  reminders: { minutesBefore: number }[];
  /** Whom it names, sorted; null for the members of its calendar. */
  members: string[] | null;
  private: boolean;
  editable: boolean;
  version: number;
}

export type EventInput = Omit<EventBody, 'id' | 'recurring' | 'editable' | 'version'>;

/** Which occurrences of a series an edit is about. */
export type Scope = 'this' | 'following' | 'all';

export interface Incident {
  id: number;
  at: Instant;
  kind: string;
  text: string;
}

export type EmergencyReason = 'disk-full' | 'device-failing' | 'file-damaged' | 'memory' | 'temperature';

export interface Readiness {
  status: 'ready' | 'degraded' | 'emergency' | 'starting';
  incidents: Incident[];
  /** The servers behind the board; left out for who may not know. */
  upstreams?: { name: string; state: 'untried' | 'reachable' | 'unreachable' | 'isolated'; reason: string | null }[];
  /** Null in ordinary times. */
  emergency: { since: Instant; reasons: { reason: EmergencyReason }[] } | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface NewFeed {
  address: string;
  name?: string;
  members?: readonly string[];
}

/** A line of the service's table of rights, such as `accounts:add`. */
export type Right = `${'household' | 'members' | 'calendars' | 'events' | 'feeds' | 'accounts' | 'sessions' | 'devices' | 'tokens' | 'persons' | 'operations' | 'audit' | 'backups' | 'tasks' | 'notices'}:${'read' | 'add' | 'change' | 'delete'}`;

export type Role = 'owner' | 'adult' | 'child' | 'guest';

/** Who acts in this browser. */
export interface Session {
  /** Whether the household has an owner; until then everybody is one. */
  claimed: boolean;
  /** Whether making an owner from here takes the set-up code. */
  needsSetupCode: boolean;
  /** Null when nobody is signed in. */
  role: Role | 'kiosk' | 'service' | null;
  name: string | null;
  /** Null for a device without a visitor, and while nobody has claimed the household. */
  account: string | null;
  /** Who of the family it is. */
  member: string | null;
  /** The paired device that this is. */
  device: string | null;
  /** How long the visitor of a device still has. */
  visitSeconds: number | null;
  rights: Right[];
  /** What they may do with their own only. */
  ownRights: Right[];
  /** Who has a PIN for this device. */
  visitors: { id: string; name: string }[];
  /** What the provider is called that one may sign in with; null without one. */
  provider: string | null;
}

export type Topic = 'household' | 'members' | 'calendars' | 'feeds' | 'occurrences' | 'tasks' | 'notices';
