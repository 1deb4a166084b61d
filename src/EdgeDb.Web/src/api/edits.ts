import { request } from './client';
import type { EventBody, EventInput, Scope } from './types';

/** Of an event what an edit is about: all of it, or an occurrence by its original start. */
export interface Target {
  eventId: string;
  scope: Scope;
  recurrenceId: string | null;
}

const id = encodeURIComponent;

function path({ eventId, scope, recurrenceId }: Target): string {
  return `/api/events/${id(eventId)}${scope === 'all' ? '' : `?scope=${scope}&recurrenceId=${id(recurrenceId ?? '')}`}`;
}

/** The name keeps an edit whose answer was lost from being made twice; the version keeps it from overwriting another one. */
function headers(name: string, version: number | null): Record<string, string> {
  return { 'idempotency-key': `"${name}"`, ...(version === null ? {} : { 'if-match': `"${version}"` }) };
}

/** What changes events. `name` is a UUID of the edit; nothing is answered when it was made before and its event is gone since. */
export const editsApi = {
  read: ({ eventId, scope, recurrenceId }: Target) =>
    request<EventBody>('GET', `/api/events/${id(eventId)}${scope === 'all' || !recurrenceId ? '' : `?recurrenceId=${id(recurrenceId)}`}`),
  add: (name: string, event: EventInput) => request<EventBody | undefined>('POST', '/api/events', event, headers(name, null)),
  change: (name: string, target: Target, version: number, event: EventInput) =>
    request<EventBody | undefined>('PUT', path(target), event, headers(name, version)),
  remove: (name: string, target: Target, version: number | null) => request<void>('DELETE', path(target), undefined, headers(name, version)),
  undo: (name: string) => request<EventBody | undefined>('POST', `/api/edits/${id(name)}/undo`),
};
