import type { Component } from 'svelte';
import type { EventBody, Occurrence } from '../api/types';
import type { Draft } from '../edit/draft';

/** Something that a person wants to do with an event, whose dialogs are loaded when the first page is there. */
export type EditRequest =
  /** `start` and `end` (exclusive) are dates or times of the household's clock, where a place on screen was chosen. */
  | { kind: 'add'; start: string | null; end: string | null }
  | { kind: 'draft'; draft: Draft }
  | { kind: 'edit' | 'move'; occurrence: Occurrence }
  /** `read` is the event where it was read: then it goes only as long as it is that. */
  | { kind: 'remove'; occurrence: Occurrence; read: EventBody | null }
  /** Put there with the mouse or a finger; without an end it keeps its length. */
  | { kind: 'place'; occurrence: Occurrence; start: string; end: string | null };

class Editor {
  request = $state.raw<EditRequest | null>(null);
  /** The line to add an event by, once it is loaded. */
  QuickAdd = $state.raw<Component | null>(null);

  ask(request: EditRequest): void {
    this.request = request;
  }
}

export const editor = new Editor();
