import type { Occurrence } from '../api/types';

/** The occurrence whose details are open. */
class Selection {
  occurrence = $state.raw<Occurrence | null>(null);
  /** Whether details were ever asked for in this page; the dialog is loaded then, and stays. */
  wanted = $state(false);

  open(occurrence: Occurrence): void {
    this.occurrence = occurrence;
    this.wanted = true;
  }

  close(): void {
    this.occurrence = null;
  }
}

export const selection = new Selection();
