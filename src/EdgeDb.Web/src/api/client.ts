import type { Calendar, Feed, Household, Member, Occurrence, Page, PlainDate, Readiness, Session } from './types';

/** A request on the home network that has not answered by then will not. */
const requestTimeoutMs = 10_000;

/** Pages read for one window before giving up: 10 × 2,000 occurrences is more than any screen can show. */
const maximumPages = 10;

/** The service answered, but with an error (RFC 9457). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** A stable word such as `wrong-credentials`. */
    readonly type: string,
    /** The service's own sentence. */
    readonly detail: string,
    /** The service's sentence for each field at fault, by field name. */
    readonly fields: ReadonlyMap<string, string>,
    /** When another try may help; 0 when the service does not say. */
    readonly retryAfterSeconds: number,
    /** When the account may be used, such as `07:00-20:00`, where that is what is wrong. */
    readonly hours: string,
  ) {
    super(detail);
  }
}

/** Told when a request was refused because nobody is signed in any more. */
export const refusals = new EventTarget();

/** The service did not answer at all: it is down, restarting, or the network is. */
export class ServiceAway extends Error {}

async function send(method: string, path: string, body?: unknown, headers?: Record<string, string>, timeoutMs = requestTimeoutMs): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      // Always ask, with If-None-Match: an unchanged answer is a 304 of a few bytes, never a stale one.
      cache: 'no-cache',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw new ServiceAway('The service did not answer.', { cause: error });
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const problem = await response.json().catch(() => null);
  const fields = new Map<string, string>();
  for (const error of problem?.errors ?? []) fields.set(String(error.field), String(error.detail));
  const type = String(problem?.type ?? '').replace('urn:edgedb:problem:', '');
  if (type === 'sign-in') refusals.dispatchEvent(new Event(type));
  const detail = String(problem?.detail ?? problem?.title ?? `HTTP ${response.status}`);
  return new ApiError(response.status, type, detail, fields, Number(response.headers.get('retry-after') ?? 0), String(problem?.hours ?? ''));
}

export async function request<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>, timeoutMs?: number): Promise<T> {
  const response = await send(method, path, body, headers, timeoutMs);
  // A proxy in front of a service that is down answers for it.
  if (response.status === 502 || response.status === 504) throw new ServiceAway(`HTTP ${response.status}`);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new ServiceAway('The answer broke off.', { cause: error });
  }
}

export async function allPages<T>(path: string, parameters = new URLSearchParams({ limit: '500' })): Promise<T[]> {
  const items: T[] = [];
  for (let page = 0; page < maximumPages; page++) {
    const answer = await request<Page<T>>('GET', `${path}?${parameters}`);
    items.push(...answer.items);
    if (!answer.next) break;
    parameters.set('cursor', answer.next);
  }
  return items;
}

/** What every page shows. */
export const api = {
  session: () => request<Session>('GET', '/api/session'),
  /** At a paired device this ends the visit, and the device stays. */
  signOut: () => request<void>('DELETE', '/api/session'),
  household: () => request<Household>('GET', '/api/household'),
  members: () => allPages<Member>('/api/members'),
  calendars: () => allPages<Calendar>('/api/calendars'),
  feeds: () => allPages<Feed>('/api/feeds'),

  /** Every occurrence that touches the days from `from` (inclusive) to `to` (exclusive) in `zone`. */
  occurrences: (from: PlainDate, to: PlainDate, zone: string) =>
    allPages<Occurrence>('/api/occurrences', new URLSearchParams({ from, to, zone, limit: '2000' })),

  /** Also answers with status 503, whose body says what is wrong. */
  async readiness(): Promise<Readiness> {
    const response = await send('GET', '/health/ready');
    if (!response.ok && response.status !== 503) throw await problemOf(response);
    return (await response.json()) as Readiness;
  },
};
