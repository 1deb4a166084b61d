import { household } from './household.svelte';
import { session } from './session.svelte';

const storageKey = 'edgedb.welcome';

/** Whether the first visit is still to be led through setting up: nothing is there, whoever is here may change that, and nobody has said "later". */
class Welcome {
  #left = $state(false);

  constructor() {
    try {
      this.#left = localStorage.getItem(storageKey) === 'left';
    } catch {
      // Storage is refused: it is asked once a visit.
    }
  }

  get isDue(): boolean {
    return !this.#left && household.isEmpty && session.may('household:change') && session.may('members:add') && session.may('feeds:add');
  }

  /** Somebody has gone on to the calendar; the walk stays where it is for whoever comes back to it. */
  leave(): void {
    this.#left = true;
    try {
      localStorage.setItem(storageKey, 'left');
    } catch {
      // Then until the page is closed.
    }
  }
}

export const welcome = new Welcome();
