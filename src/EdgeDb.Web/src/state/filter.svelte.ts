import type { Occurrence } from '../api/types';

const storageKey = 'edgedb.filter';

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const result = new Set(ids);
  if (!result.delete(id)) result.add(id);
  return result;
}

/** Who and what this one browser hides. What is unknown to it is shown, so a new calendar never goes unseen. */
class Filter {
  hiddenMembers = $state.raw<ReadonlySet<string>>(new Set());
  hiddenCalendars = $state.raw<ReadonlySet<string>>(new Set());

  constructor() {
    try {
      const stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
      this.hiddenMembers = new Set(stored.members ?? []);
      this.hiddenCalendars = new Set(stored.calendars ?? []);
    } catch {
      // Storage is refused or holds something else: everything is shown.
    }
  }

  get active(): boolean {
    return this.hiddenMembers.size > 0 || this.hiddenCalendars.size > 0;
  }

  /** An occurrence of several calendars or members is shown as long as one of each is. */
  shows(occurrence: Occurrence): boolean {
    const anyShown = (ids: string[], hidden: ReadonlySet<string>) => ids.length === 0 || ids.some((id) => !hidden.has(id));
    return anyShown(occurrence.calendars, this.hiddenCalendars) && anyShown(occurrence.members, this.hiddenMembers);
  }

  toggleMember(id: string): void {
    this.hiddenMembers = toggled(this.hiddenMembers, id);
    this.#store();
  }

  toggleCalendar(id: string): void {
    this.hiddenCalendars = toggled(this.hiddenCalendars, id);
    this.#store();
  }

  showAll(): void {
    this.hiddenMembers = new Set();
    this.hiddenCalendars = new Set();
    this.#store();
  }

  #store(): void {
    try {
      localStorage.setItem(storageKey, JSON.stringify({ members: [...this.hiddenMembers], calendars: [...this.hiddenCalendars] }));
    } catch {
      // Then the choice lasts until the page is closed.
    }
  }
}

export const filter = new Filter();
