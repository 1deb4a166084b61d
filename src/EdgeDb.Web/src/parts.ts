import type { Component } from 'svelte';
import { useTexts } from './i18n/catalogues';
import type { PageName } from './pages';

export { chooseLanguage } from './i18n/choose';
export { removeSample } from './state/sample';
export { welcome } from './state/welcome.svelte';

/** Whatever is drawn but the page of the first load: the other pages, and what stands around them. */
export type Part = Exclude<PageName, 'agenda'> | 'unknown' | 'signIn' | 'empty' | 'details' | 'editing' | 'keys' | 'offline' | 'reminders' | 'today' | 'visit' | 'warnings';

interface Loaded {
  default: Component<any>;
}

/** A part and its texts, fetched at once. */
function withTexts(texts: readonly Parameters<typeof useTexts>[0][], load: () => Promise<Loaded>) {
  return async () => (await Promise.all([load(), ...texts.map(useTexts)]))[0];
}

/** What is there for those who are not signed in. */
function ofEntrance(name: keyof typeof import('./views/entrance')) {
  return withTexts(['accounts'], async () => ({ default: (await import('./views/entrance'))[name] }));
}

/** The pages about accounts are one part: most visits need none, and who needs one soon needs another. */
function ofAccounts(name: keyof typeof import('./views/accounts'), ...texts: Parameters<typeof useTexts>[0][]) {
  return withTexts(['accounts', ...texts], async () => ({ default: (await import('./views/accounts'))[name] }));
}

/** A page is given `at`, what its address names, or null, and `name`, its own. */
const loads: Record<Part, () => Promise<Loaded>> = {
  day: withTexts(['calendar'], () => import('./views/Days.svelte')),
  week: withTexts(['calendar'], () => import('./views/Days.svelte')),
  month: withTexts(['calendar'], () => import('./views/Month.svelte')),
  list: withTexts(['calendar'], () => import('./views/List.svelte')),
  year: withTexts(['calendar'], () => import('./views/Year.svelte')),
  lists: withTexts(['lists', 'edit', 'house'], () => import('./views/Lists.svelte')),
  board: withTexts(['calendar', 'lists', 'reminders'], () => import('./views/Board.svelte')),
  feeds: withTexts(['feeds', 'house'], () => import('./views/Feeds.svelte')),
  people: ofAccounts('people'),
  account: ofAccounts('account', 'reminders'),
  tokens: ofAccounts('tokens'),
  setup: ofEntrance('setup'),
  pair: ofEntrance('pair'),
  settings: withTexts(['accounts', 'feeds', 'house', 'reminders'], () => import('./views/Settings.svelte')),
  status: withTexts(['accounts', 'status'], () => import('./views/Status.svelte')),
  welcome: withTexts(['accounts', 'feeds', 'house'], () => import('./views/Welcome.svelte')),
  unknown: () => import('./views/Unknown.svelte'),
  signIn: ofEntrance('signIn'),
  empty: () => import('./components/NoCalendar.svelte'),
  details: withTexts(['edit'], () => import('./components/EventDetails.svelte')),
  editing: withTexts(['edit'], () => import('./components/edit/Editing.svelte')),
  keys: withTexts(['calendar'], () => import('./components/Keys.svelte')),
  offline: withTexts(['offline'], () => import('./components/Offline.svelte')),
  reminders: withTexts(['lists', 'reminders'], () => import('./reminders/Reminders.svelte')),
  today: withTexts(['lists'], () => import('./lists/AgendaPart.svelte')),
  visit: withTexts(['accounts'], () => import('./components/Visit.svelte')),
  warnings: () => import('./components/Warnings.svelte'),
};

/** Throws where the service does not send it. */
export async function loadPart(part: Part): Promise<Component<any>> {
  return (await Promise.all([loads[part](), useTexts('everywhere')]))[0].default;
}
