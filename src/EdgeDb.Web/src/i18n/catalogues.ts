import type { AccountCatalogue } from './accounts.en';
import type { CalendarCatalogue } from './calendar.en';
import type { EditCatalogue } from './edit.en';
import type { EverywhereCatalogue } from './everywhere.en';
import type { FeedCatalogue } from './feeds.en';
import type { HouseCatalogue } from './house.en';
import { addTexts, language, type Catalogues } from './language';
import type { ListCatalogue } from './lists.en';
import type { OfflineCatalogue } from './offline.en';
import type { ReminderCatalogue } from './reminders.en';
import type { StatusCatalogue } from './status.en';

/** The texts that the first page does not need, each part loaded with the first page that does. */
export const parts = {
  everywhere: {
    en: () => import('./everywhere.en'),
    de: () => import('./everywhere.de'),
    fr: () => import('./everywhere.fr'),
    es: () => import('./everywhere.es'),
  } satisfies Catalogues<EverywhereCatalogue>,
  accounts: {
    en: () => import('./accounts.en'),
    de: () => import('./accounts.de'),
    fr: () => import('./accounts.fr'),
    es: () => import('./accounts.es'),
  } satisfies Catalogues<AccountCatalogue>,
  calendar: {
    en: () => import('./calendar.en'),
    de: () => import('./calendar.de'),
    fr: () => import('./calendar.fr'),
    es: () => import('./calendar.es'),
  } satisfies Catalogues<CalendarCatalogue>,
  feeds: {
    en: () => import('./feeds.en'),
    de: () => import('./feeds.de'),
    fr: () => import('./feeds.fr'),
    es: () => import('./feeds.es'),
  } satisfies Catalogues<FeedCatalogue>,
  edit: {
    en: () => import('./edit.en'),
    de: () => import('./edit.de'),
    fr: () => import('./edit.fr'),
    es: () => import('./edit.es'),
  } satisfies Catalogues<EditCatalogue>,
  house: {
    en: () => import('./house.en'),
    de: () => import('./house.de'),
    fr: () => import('./house.fr'),
    es: () => import('./house.es'),
  } satisfies Catalogues<HouseCatalogue>,
  lists: {
    en: () => import('./lists.en'),
    de: () => import('./lists.de'),
    fr: () => import('./lists.fr'),
    es: () => import('./lists.es'),
  } satisfies Catalogues<ListCatalogue>,
  offline: {
    en: () => import('./offline.en'),
    de: () => import('./offline.de'),
    fr: () => import('./offline.fr'),
    es: () => import('./offline.es'),
  } satisfies Catalogues<OfflineCatalogue>,
  reminders: {
    en: () => import('./reminders.en'),
    de: () => import('./reminders.de'),
    fr: () => import('./reminders.fr'),
    es: () => import('./reminders.es'),
  } satisfies Catalogues<ReminderCatalogue>,
  status: {
    en: () => import('./status.en'),
    de: () => import('./status.de'),
    fr: () => import('./status.fr'),
    es: () => import('./status.es'),
  } satisfies Catalogues<StatusCatalogue>,
};

/** Has to be awaited before a page that needs these texts is shown. */
export async function useTexts(part: keyof typeof parts): Promise<void> {
  addTexts((await parts[part][language]()).texts);
}
