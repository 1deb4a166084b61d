import { recall, remember } from '../state/stored';

const storageKey = 'reminders';

/** How this one browser reminds. A tablet in the nursery is not to, and nothing makes a sound unless somebody has asked for it. */
class Options {
  shows = $state(true);
  sound = $state(false);
  /** Notifications of the system, as far as it lets the browser. */
  system = $state(false);
  /** Whether somebody wants to change them where no page offers it. */
  wanted = $state(false);

  constructor() {
    this.#take();
    addEventListener('storage', ({ key }) => {
      if (key === null || key === `edgedb.${storageKey}`) this.#take();
    });
  }

  #take(): void {
    const stored = recall<{ shows?: boolean; sound?: boolean; system?: boolean }>(storageKey, {});
    this.shows = stored.shows ?? true;
    this.sound = stored.sound ?? false;
    this.system = stored.system ?? false;
  }

  set(change: Partial<Pick<Options, 'shows' | 'sound' | 'system'>>): void {
    Object.assign(this, change);
    remember(storageKey, { shows: this.shows, sound: this.sound, system: this.system });
  }
}

export const options = new Options();
