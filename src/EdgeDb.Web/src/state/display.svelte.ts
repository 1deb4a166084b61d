import type { Household } from '../api/types';

/** How dates and times are written, as the household has set it. */
class Display {
  /** Undefined leaves it to the language. */
  hourCycle = $state<'h12' | 'h23' | undefined>();
  weekNumbers = $state(false);

  use({ clock, weekNumbers }: Pick<Household, 'clock' | 'weekNumbers'>): void {
    this.hourCycle = clock === '12h' ? 'h12' : clock === '24h' ? 'h23' : undefined;
    this.weekNumbers = weekNumbers ?? false;
  }
}

export const display = new Display();
