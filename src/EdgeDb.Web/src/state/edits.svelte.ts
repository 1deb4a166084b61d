import { ApiError } from '../api/client';
import { editsApi, type Target } from '../api/edits';
import type { EventBody, Occurrence, Scope } from '../api/types';
import { forSeries, fromBody, merge, placeAt, preview, toInput, withGroups, type Draft, type Group } from '../edit/draft';
import type { Edit } from '../edit/edit';
import { applied } from '../edit/overlay';
import { bodyOf, isAsTold, joined } from '../edit/unread';
import { t, type MessageKey } from '../i18n/language';
import { announcer } from './announcer.svelte';
import { explain } from './failure';
import { household } from './household.svelte';
import { Queue } from './queue.svelte';
import { randomId } from './randomId';
import { selection } from './selection.svelte';
import { session } from './session.svelte';

/** An event, or one occurrence of it, as it was read to be edited. */
export interface Opened {
  occurrence: Occurrence;
  /** The occurrence; its rule is that of the series. */
  one: EventBody;
  /** The whole event; the same for an event that does not repeat. */
  all: EventBody;
  /** The service could not be asked: it is what the occurrence tells of itself. */
  unread?: true;
}

/** Reads an event for its form. Both readings are of one version. */
export async function openEvent(occurrence: Occurrence): Promise<Opened> {
  const { eventId, recurrenceId } = occurrence;
  const target: Target = { eventId: eventId!, scope: 'all', recurrenceId: null };
  const all = await editsApi.read(target);
  if (!occurrence.recurring || recurrenceId === null) return { occurrence, one: all, all };
  const one = await editsApi.read({ ...target, scope: 'this', recurrenceId });
  // Somebody changed it between the two.
  if (one.version !== all.version) return openEvent(occurrence);
  return { occurrence, one: { ...one, rrule: all.rrule }, all };
}

/** The same while the service is away: as far as the occurrence tells. */
export function unreadEvent(occurrence: Occurrence): Opened {
  const one = bodyOf(occurrence, household.zone);
  return { occurrence, one, all: one, unread: true };
}

/** What this browser does to events. The name of an edit keeps it from being made twice, its version from overwriting what somebody else did. */
class Edits extends Queue<Edit> {
  protected override readonly topic = 'occurrences';
  protected override readonly maximum = 200;
  protected override readonly tooMany: MessageKey = 'edit.tooMany';

  clashes = $derived(this.queue.filter((edit) => edit.state === 'clash'));

  constructor() {
    super('edits');
    household.overlay = (occurrences) => this.overlay(occurrences);
  }

  overlay(occurrences: readonly Occurrence[]): readonly Occurrence[] {
    return this.queue
      .filter((edit) => edit.state !== 'clash' && edit.state !== 'refused')
      .reduce((shown, edit) => applied(edit, shown, household.zone), occurrences);
  }

  add(draft: Draft): void {
    this.#make({ kind: 'add', title: draft.summary, draft, color: household.calendarsById.get(draft.calendarId)?.color ?? '', members: membersOf(draft) });
  }

  /** Saves what became of the form of an occurrence. */
  change({ occurrence, one, all, unread }: Opened, draft: Draft, scope: Scope): void {
    const zone = household.zone;
    const base = fromBody(one, zone);
    if (unread) {
      this.#make({ kind: 'change', title: one.summary, ...targetOf(occurrence, scope), occurrence, base, draft, shown: draft });
      return;
    }
    const whole = scope === 'all' && one !== all;
    const read = whole ? all : one;
    const goal = whole ? forSeries(base, draft, fromBody(all, zone)) : draft;
    this.#make({ kind: 'change', title: one.summary, ...targetOf(occurrence, scope), occurrence, read, base: fromBody(read, zone), draft: goal, shown: draft, members: membersOf(draft) });
  }

  /** Puts an occurrence elsewhere on screen, before its event is read. */
  place(occurrence: Occurrence, scope: Scope, start: string, end: string | null): void {
    this.#make({ kind: 'change', title: occurrence.summary, ...targetOf(occurrence, scope), occurrence, place: { start, end } });
  }

  /** @param read The event, where it was read: then it is only removed as long as it is that. */
  remove(occurrence: Occurrence, scope: Scope, read: EventBody | null): void {
    this.#make({ kind: 'remove', title: occurrence.summary, ...targetOf(occurrence, scope), occurrence, read });
  }

  undo(edit: Edit): void {
    this.last = null;
    this.#make({ kind: 'undo', title: edit.title, eventId: edit.eventId, undoes: edit.id });
  }

  /** Makes an edit after all that somebody else's had stopped, with what a person has decided on. */
  settle(edit: Edit, mine: readonly Group[]): void {
    const theirs = edit.theirs!;
    if (edit.kind === 'remove') return this.#again(edit, { read: theirs });
    const base = fromBody(theirs, household.zone);
    const merged = merge(edit.base!, edit.draft!, base).merged;
    const given = edit.clashes.filter((group) => !mine.includes(group));
    const draft = withGroups(merged, base, given);
    this.#again(edit, { read: theirs, base, draft, shown: edit.scope === 'all' ? edit.shown : draft });
  }

  #again(edit: Edit, change: Partial<Edit>): void {
    this.set(edit, { ...change, state: 'saving', clashes: [] });
    void this.run();
  }

  /** The same as a new event, where somebody has removed the one that it was made on. */
  addInstead(edit: Edit): void {
    const draft = edit.draft!;
    this.drop(edit);
    this.add(draft);
  }

  #make(wanted: Partial<Edit> & Pick<Edit, 'kind' | 'title'>): void {
    const edit: Edit = {
      id: randomId(),
      who: session.who ?? '',
      state: 'saving',
      reason: '',
      eventId: null,
      scope: 'all',
      recurrenceId: null,
      occurrence: null,
      read: null,
      base: null,
      draft: null,
      shown: null,
      place: null,
      color: '',
      members: [],
      theirs: null,
      clashes: [],
      undoes: null,
      ...wanted,
    };
    if (this.put(edit)) this.last = null;
  }

  protected override async send(wanted: Edit): Promise<void> {
    const edit = await this.#prepared(wanted);
    if (!edit) return;
    const { id, eventId, draft, read } = edit;
    const target: Target = { eventId: eventId ?? '', scope: edit.scope, recurrenceId: edit.recurrenceId };
    let answer: EventBody | undefined | void;
    if (edit.kind === 'add') answer = await editsApi.add(id, toInput(draft!, null, household.zone));
    else if (edit.kind === 'change') {
      const input = toInput(draft!, read, household.zone);
      // One occurrence does not repeat by itself.
      answer = await editsApi.change(id, target, read!.version, edit.scope === 'this' && edit.recurrenceId ? { ...input, rrule: null } : input);
    } else if (edit.kind === 'remove') await editsApi.remove(id, target, read?.version ?? null);
    else answer = await editsApi.undo(edit.undoes!);

    // Whatever of this browser waits on what was there before now stands on this.
    const version = read && read.version + 1;
    this.commit(edit.who, (all) =>
      all.map((other) =>
        other.read && other.id !== id && other.eventId === eventId && other.read.version === read?.version ? { ...other, read: { ...other.read, version: version! } } : other,
      ),
    );
    this.set(edit, { state: 'saved', eventId: eventId ?? answer?.id ?? null });
    if (edit.kind !== 'undo') {
      this.last = edit;
      this.keepUndo(false);
    }
    announcer.say(t(`edit.done.${edit.kind}`, { title: edit.title || t('event.untitled') }));
    // Before the next one is sent: laid over what has it already, a series would be moved twice.
    await this.refresh();
    // Whoever has opened it meanwhile is to find what can be done with it.
    if (edit.kind === 'add' && selection.occurrence?.id === id) {
      const made = household.occurrences.find((occurrence) => occurrence.eventId === answer?.id);
      if (made) selection.open(made);
    }
  }

  /** Reads what is edited, of an edit that began on screen. Null when a person has to look at it first. */
  async #prepared(edit: Edit): Promise<Edit | null> {
    const { kind, occurrence, scope, place } = edit;
    if (edit.read || (kind !== 'change' && kind !== 'remove')) return edit;
    let opened: Opened;
    try {
      opened = await openEvent(occurrence!);
    } catch (error) {
      // It may be this very edit that has removed it, and only the answer was lost.
      if (kind === 'remove' && error instanceof ApiError && error.status === 404) return edit;
      throw error;
    }
    const { one, all } = opened;
    const zone = household.zone;
    const read = scope === 'all' ? all : one;
    if (kind === 'remove') {
      if (isAsTold(occurrence!, one, zone)) return { ...edit, read };
      this.#clash(edit, { theirs: read });
      return null;
    }
    // It was put elsewhere from where it was seen: whoever has moved it since, also while it was held, has decided too.
    const told = fromBody(place && liesAt(occurrence!, fromBody(one, zone), zone) ? one : bodyOf(occurrence!, zone), zone);
    const { clashes, ...change } = joined(told, place ? placeAt(told, place.start, place.end, zone) : edit.draft!, one, read, zone);
    if (clashes.length > 0) {
      this.#clash(edit, { ...change, place: null, theirs: read, clashes });
      return null;
    }
    this.set(edit, { ...change, place: null });
    return { ...edit, ...change, place: null };
  }

  /** Stops an edit until a person has decided. */
  #clash(edit: Edit, found: Partial<Edit>): void {
    this.set(edit, { clashes: [], ...found, state: 'clash' });
    announcer.say(t('edit.clash', { title: edit.title || t('event.untitled') }));
  }

  protected override async declined(edit: Edit, error: ApiError): Promise<void> {
    const { kind } = edit;
    if (kind !== 'add' && kind !== 'undo' && (error.status === 412 || error.status === 404)) return this.#compare(edit, error.status === 404);
    this.set(edit, { state: 'refused', reason: kind === 'undo' && error.status === 412 ? t('edit.undo.late') : explain(error) });
    announcer.say(t('edit.refused', { title: edit.title || t('event.untitled') }));
  }

  /** Looks at what somebody else made of it: both edits count where they concern different things. */
  async #compare(edit: Edit, isGone: boolean): Promise<void> {
    const theirs = isGone ? null : await this.#theirs(edit);
    // Both wanted it away.
    if (edit.kind === 'remove' && !theirs) return this.drop(edit);
    if (edit.kind === 'change' && theirs) {
      const base = fromBody(theirs, household.zone);
      const { merged, clashes } = merge(edit.base!, edit.draft!, base);
      if (clashes.length === 0) this.set(edit, { state: 'saving', read: theirs, base, draft: merged });
      else this.#clash(edit, { theirs, clashes });
    } else this.#clash(edit, { theirs });
  }

  async #theirs(edit: Edit): Promise<EventBody | null> {
    try {
      const target = { eventId: edit.eventId!, scope: edit.scope, recurrenceId: edit.recurrenceId };
      const body = await editsApi.read(target);
      // The rule of one occurrence is that of its series, also where it was changed by itself.
      if (edit.scope === 'all' || body.rrule !== null || !body.recurring) return body;
      return { ...body, rrule: (await editsApi.read({ ...target, scope: 'all' })).rrule };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }
}

/** Whether a draft says what was seen on screen, to the minute. */
function liesAt(occurrence: Occurrence, draft: Draft, zone: string): boolean {
  const { allDay, start, end } = preview(occurrence, draft, zone);
  return allDay === occurrence.allDay && start.slice(0, 16) === occurrence.start.slice(0, 16) && end.slice(0, 16) === occurrence.end.slice(0, 16);
}

function targetOf(occurrence: Occurrence, scope: Scope): Pick<Edit, 'eventId' | 'scope' | 'recurrenceId'> {
  const { eventId, recurrenceId, recurring } = occurrence;
  return recurring && recurrenceId !== null ? { eventId, scope, recurrenceId } : { eventId, scope: 'all', recurrenceId: null };
}

/** Of its calendar. */
function membersOf({ calendarId }: Draft): string[] {
  return household.calendarsById.get(calendarId)?.members ?? [];
}

export const edits = new Edits();
