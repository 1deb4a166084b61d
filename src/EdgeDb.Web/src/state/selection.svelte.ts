import type { Occurrence } from '../api/types';

/** The occurrence whose details are open. */
class Selection {
  occurrence = $state.raw<Occurrence | null>(null);

  open(occurrence: Occurrence): void {
    this.occurrence = occurrence;
  }

  close(): void {
    this.occurrence = null;
  }
}

export const selection = new Selection();
