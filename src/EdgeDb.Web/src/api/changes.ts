import type { Topic } from './types';

const firstRetryMs = 500;
const longestRetryMs = 10_000;

const everything: readonly Topic[] = ['household', 'members', 'calendars', 'feeds', 'occurrences', 'tasks', 'notices'];

/** What a change stream tells its owner. */
export interface ChangeListener {
  /** Connected, possibly after a gap: whatever happened meanwhile is unknown, so everything has to be fetched again. */
  connected(): void;
  changed(topics: readonly Topic[]): void;
  lost(): void;
}

/**
 * The service's stream of changes. The browser's own reconnecting is not used: it stops for good after an answer that is
 * not an event stream, such as the 503 of a service that is starting.
 */
export class ChangeStream {
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = firstRetryMs;

  constructor(private readonly listener: ChangeListener) {}

  get isOpen(): boolean {
    return this.#source?.readyState === EventSource.OPEN;
  }

  /** Connects now, unless a connection is up or being made. */
  open(): void {
    if (this.#source) return;
    clearTimeout(this.#timer);
    const source = new EventSource('/api/changes');
    this.#source = source;
    source.addEventListener('open', () => this.listener.connected());
    source.addEventListener('change', (event) => this.listener.changed(topicsOf(event.data)));
    source.addEventListener('error', () => this.interrupt());
  }

  /** Drops the connection and makes a new one after a pause, for instance when a request found the service gone. */
  interrupt(): void {
    if (!this.#source) return;
    this.#source.close();
    this.#source = null;
    // Jitter, or every screen of the house would come back in the same instant.
    this.#timer = setTimeout(() => this.open(), this.#retryMs * (0.75 + Math.random() / 2));
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    this.listener.lost();
  }

  /** The service also answers requests; an open stream alone does not show that, and must not end the growing pauses. */
  confirm(): void {
    this.#retryMs = firstRetryMs;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}

/** An unreadable message still means that something changed. */
function topicsOf(data: string): readonly Topic[] {
  try {
    const topics: unknown = JSON.parse(data).topics;
    if (Array.isArray(topics)) return topics as Topic[];
  } catch {
    // Falls through to everything.
  }
  return everything;
}
