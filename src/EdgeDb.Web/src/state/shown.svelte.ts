import { isOver } from '../time/agenda';
import { clock } from './clock.svelte';
import { filter } from './filter.svelte';
import { household } from './household.svelte';

/** What the views of a period show of the household's occurrences. */
class Shown {
  occurrences = $derived(
    household.occurrences.filter((occurrence) => filter.shows(occurrence) && !(filter.hidesPast && isOver(occurrence, clock.now, household.zone))),
  );
}

export const shown = new Shown();
