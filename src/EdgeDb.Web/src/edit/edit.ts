import type { EventBody, Occurrence, Scope } from '../api/types';
import type { Queued } from '../state/queue.svelte';
import type { Draft, Group } from './draft';

/** Something that a person does to an event. By its id the service knows it again. */
export interface Edit extends Queued {
  kind: 'add' | 'change' | 'remove' | 'undo';
  /** For what is said about it. */
  title: string;

  eventId: string | null;
  scope: Scope;
  recurrenceId: string | null;
  /** The occurrence that it began with, as it was shown. */
  occurrence: Occurrence | null;
  /** What was read of the service before, on which the edit is made; null for a new event, and until it is known. */
  read: EventBody | null;
  /** `read` as the form showed it. */
  base: Draft | null;
  /** What it is to be. */
  draft: Draft | null;
  /** What the one occurrence is to be, where `draft` is the whole series. */
  shown: Draft | null;
  /** Where it was put on screen, of an edit whose event is not read yet. */
  place: { start: string; end: string | null } | null;
  /** How a new event looks until the service tells it. */
  color: string;
  /** Whom the event is for where it names nobody: those of its calendar. */
  members: string[];

  /** What somebody else made of it, and what they changed that this edit changes too; null when they removed it. */
  theirs: EventBody | null;
  clashes: Group[];
  /** The edit that this one takes back. */
  undoes: string | null;
}
