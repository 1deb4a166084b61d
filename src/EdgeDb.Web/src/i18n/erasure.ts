import type { ErasureLine, ErasureRefusal } from '../api/accounts';
import { t } from './language';

/** What the service names of a person's data; of others that follow it says a sentence itself. */
const words = [
  'member',
  'account',
  'sessions',
  'tokens',
  'calendars',
  'events',
  'deletedEvents',
  'feeds',
  'tasks',
  'notices',
  'namedEvents',
  'lines',
  'auditDetails',
  'setAside',
  'backups',
  'sharedCalendars',
  'sharedEvents',
  'devices',
  'auditEntries',
  'copies',
] as const;

export function erasureText({ what, count, text }: ErasureLine): string {
  const word = words.find((candidate) => candidate === what);
  return t('persons.line', { what: word ? t(`persons.what.${word}`) : text, count });
}

/** Why somebody cannot be erased. */
export function refusalText({ reason, detail }: ErasureRefusal): string {
  return reason === 'last-owner' ? t('persons.refused.last-owner') : detail;
}
