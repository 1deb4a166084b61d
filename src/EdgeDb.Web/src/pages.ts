import type { MessageKey } from './i18n/language';
import { session } from './state/session.svelte';
import { isPlainDate } from './time/dates';

/** What an address may name behind its page: `/month/2026-11`. Without it such a page follows the clock. */
const periods = {
  day: isPlainDate,
  month: (text: string) => /^\d{4}-(0[1-9]|1[0-2])$/.test(text),
  year: (text: string) => /^\d{4}$/.test(text),
  step: (text: string) => ['household', 'members', 'feed', 'done'].includes(text),
};

interface Page {
  label: MessageKey;
  /** What the navigation calls it, unless it is its label. */
  inNavigation?: MessageKey;
  period?: keyof typeof periods;
  /** Whether the navigation leads there, for whoever is signed in. */
  offered?: () => boolean;
  /** Has the screen for itself: no navigation, no notices but what it shows itself. */
  bare?: true;
  /** Fetched once the first page is there: then it opens at once, and also while the service is away. */
  ahead?: true;
}

/** Every page by its name, which is its address too, in the order of the navigation. What draws them is in `parts.ts`. */
const table = {
  agenda: { label: 'nav.today', offered: () => true },
  day: { label: 'day.title', period: 'day', ahead: true },
  week: { label: 'week.title', period: 'day', ahead: true },
  month: { label: 'nav.month', inNavigation: 'nav.calendar', period: 'month', offered: () => true, ahead: true },
  list: { label: 'list.title', period: 'month', ahead: true },
  year: { label: 'year.title', period: 'year', ahead: true },
  lists: { label: 'nav.lists', offered: () => session.mayOwn('tasks:read'), ahead: true },
  board: {
    label: 'board.title',
    inNavigation: 'nav.board',
    // On the wall; elsewhere its address does.
    offered: () => Boolean(session.current?.device),
    bare: true,
    ahead: true,
  },
  feeds: { label: 'nav.feeds', offered: () => session.mayOwn('feeds:read'), ahead: true },
  people: { label: 'nav.people', offered: () => session.current?.claimed === true && session.may('accounts:read') },
  account: { label: 'nav.account' },
  tokens: { label: 'tokens.title' },
  setup: { label: 'setUp.title' },
  pair: { label: 'pair.title' },
  settings: { label: 'nav.settings' },
  status: { label: 'nav.status' },
  welcome: { label: 'welcome.title', period: 'step' },
} satisfies Record<string, Page>;

export type PageName = keyof typeof table;
export const pages: Readonly<Record<PageName, Page>> = table;
export const pageNames = Object.keys(table) as PageName[];

/** The views of the calendar, one switch away from each other. */
export const views = ['day', 'week', 'month', 'list', 'year'] as const satisfies PageName[];
export type ViewName = (typeof views)[number];
export const spanOf = { day: 'day', week: 'week', month: 'month', list: 'month', year: 'year' } as const satisfies Record<ViewName, string>;

export interface Route {
  name: PageName | 'unknown';
  /** The day, month or year that the address names. */
  at: string | null;
}

export function pathOf(name: PageName, at: string | null = null): string {
  return name === 'agenda' ? '/' : at === null ? `/${name}` : `/${name}/${at}`;
}

export function parseRoute(path: string): Route {
  if (path === '/') return { name: 'agenda', at: null };
  const [, first, at] = /^\/([a-z]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const name = pageNames.find((candidate) => candidate === first && candidate !== 'agenda');
  const period = name && pages[name].period;
  return name && (at === undefined || (period && periods[period](at))) ? { name, at: at ?? null } : { name: 'unknown', at: null };
}
