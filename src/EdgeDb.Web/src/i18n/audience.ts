import type { CalendarAccess } from '../api/types';
import { locale, t, tCount } from './language';

/** Who sees a calendar, in a sentence. `names` are those of the members whom it concerns. */
export function audienceText(access: CalendarAccess, names: readonly string[]): string {
  if (access !== 'private') return t(`access.${access}.sees`);
  if (names.length === 0) return t('access.private.nobody');
  return tCount('access.private.sees', names.length, { names: new Intl.ListFormat(locale).format(names) });
}
