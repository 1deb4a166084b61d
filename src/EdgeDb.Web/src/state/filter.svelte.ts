import type { Occurrence } from '../api/types';
import { recall, remember } from './stored';

const storageKey = 'filter';

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const result = new Set(ids);
  if (!result.delete(id)) result.add(id);
  return result;
}

/** Who and what this one browser hides. What is unknown to it is shown, so a new calendar never goes unseen. */
class Filter {
  hiddenMembers = $state.raw<ReadonlySet<string>>(new Set());
  hiddenCalendars = $state.raw<ReadonlySet<string>>(new Set());
  /** Whether the views of a period leave out what is over. */
  hidesPast = $state(false);

  constructor() {
    const stored = recall<{ members?: string[]; calendars?: string[]; past?: boolean }>(storageKey, {});
    this.hiddenMembers = new Set(stored.members ?? []);
    this.hiddenCalendars = new Set(stored.calendars ?? []);
    this.hidesPast = stored.past === true;
  }

  /** Whether something is hidden. */
  get active(): boolean {
    return this.hidesPast || this.hiddenMembers.size > 0 || this.hiddenCalendars.size > 0;
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

  togglePast(): void {
    this.hidesPast = !this.hidesPast;
    this.#store();
  }

  showAll(): void {
    this.hiddenMembers = new Set();
    this.hiddenCalendars = new Set();
    this.#store();
  }

  #store(): void {
    remember(storageKey, { members: [...this.hiddenMembers], calendars: [...this.hiddenCalendars], past: this.hidesPast });
  }
}

export const filter = new Filter();
