import { houseApi } from '../api/house';
import { useTexts } from '../i18n/catalogues';
import { t } from '../i18n/language';
import { announcer } from './announcer.svelte';
import { explain } from './failure';
import { household } from './household.svelte';

/** Takes the sample household away; answers what was in the way, or nothing. */
export async function removeSample(): Promise<string> {
  await useTexts('everywhere');
  try {
    await houseApi.removeSample();
  } catch (error) {
    return explain(error);
  }
  announcer.say(t('sample.removed'));
  await household.refresh(['household', 'members', 'calendars', 'feeds', 'occurrences']);
  return '';
}
