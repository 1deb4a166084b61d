import { request } from './client';
import type { Instant, Page } from './types';

/** How the board is. Where it does not tell, it is null. */
export interface Machine {
  version: string;
  uptimeSeconds: number;
  celsius: number | null;
  memory: { limitBytes: number | null; availableBytes: number | null; pressurePercent: number | null; processBytes: number };
  storage: { totalBytes: number | null; freeBytes: number | null; databaseBytes: number; logBytes: number; writesWaiting: number };
}

/** A server that the board talks to, or its own database file. */
export interface Connection {
  name: string;
  kind: string;
  pool: { open: number; leased: number; waiting: number; limit: number; acquired: number; timedOut: number; rejected: number };
  latency: { count: number; p50Ms: number; p95Ms: number; p99Ms: number };
  circuit: { state: 'closed' | 'halfOpen' | 'open' | 'isolated'; reason: string; retryAfterSeconds: number | null; timesOpened: number; refused: number } | null;
  forecast: { opensAhead: boolean; horizons: { minutes: number; leasesPerMinute: number; low: number; high: number; trusted: boolean }[] };
}

/** How requests are answered, counted since the start. */
export interface Pipeline {
  answers: { made: number; shared: number; hit: number; secondLevel: number; stale: number; staleIfError: number };
  cache: { entries: number; maxEntries: number; sizeBytes: number; budgetBytes: number };
  admission: { running: number; waiting: number; turnedAway: number };
}

export interface Job {
  kind: string;
  name: string;
  state: 'waiting' | 'running' | 'failed';
  done: number | null;
  total: number | null;
  since: Instant;
  nextTry: Instant | null;
}

export interface SecurityWarning {
  sequence: number;
  at: Instant;
  kind: string;
  text: string | null;
  acknowledged: boolean;
}

export interface Certificate {
  authority: string;
  authorityUntil: Instant;
  certificateUntil: Instant;
  names: string[];
}

export interface Backups extends Page<{ name: string; takenAt: Instant; sizeBytes: number }> {
  /** Where they lie. */
  folder: string;
  /** Whether they can be opened when this machine is gone. */
  recoveryKey: boolean;
  /** How restoring the newest one for a trial ended last. */
  drill: { at: Instant; failure: string | null } | null;
}

const items = <T>(page: Promise<Page<T>>) => page.then((answer) => answer.items);

/** What runs the calendar, for who looks after it. */
export const applianceApi = {
  machine: () => request<Machine>('GET', '/api/machine'),
  connections: () => items(request<Page<Connection>>('GET', '/api/connections')),
  pipeline: () => request<Pipeline>('GET', '/api/pipeline'),
  jobs: () => items(request<Page<Job>>('GET', '/api/work')),
  warnings: () => items(request<Page<SecurityWarning>>('GET', '/api/security')),
  acknowledge: (sequence: number) => request<void>('DELETE', `/api/security/${sequence}`),
  dismissIncident: (incidentId: number) => request<void>('DELETE', `/api/incidents/${incidentId}`),
  certificates: () => items(request<Page<Certificate>>('GET', '/api/tls')),
  backups: () => request<Backups>('GET', '/api/backups'),
  takeBackup: () => request<void>('POST', '/api/work/copy'),
};
