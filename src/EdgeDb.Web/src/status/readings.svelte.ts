import { applianceApi, type Backups, type Certificate, type Connection, type Job, type Machine, type Pipeline, type SecurityWarning } from '../api/appliance';
import { api } from '../api/client';
import type { Readiness } from '../api/types';
import { session } from '../state/session.svelte';

const intervalMs = 5_000;
/** Ten minutes, and no more memory than that. */
const maximumSamples = 120;

/** One moment of what the charts show. */
export interface Sample {
  at: number;
  availableBytes: number | null;
  celsius: number | null;
  /** Answers a second since the sample before. */
  answers: number | null;
  /** Of these the share that was at hand, 0 to 1; null when there were none. */
  hits: number | null;
  /** Work under way at each connection. */
  leased: Readonly<Record<string, number>>;
}

/** What the service says of itself now, and the last minutes of it. Asked for while somebody looks, and only then. */
class Readings {
  machine = $state.raw<Machine | null>(null);
  readiness = $state.raw<Readiness | null>(null);
  connections = $state.raw<readonly Connection[]>([]);
  pipeline = $state.raw<Pipeline | null>(null);
  jobs = $state.raw<readonly Job[]>([]);
  /** Null for who may not know. */
  warnings = $state.raw<readonly SecurityWarning[] | null>(null);
  backups = $state.raw<Backups | null>(null);
  certificates = $state.raw<readonly Certificate[]>([]);
  samples = $state.raw<readonly Sample[]>([]);
  /** When all of it was last answered, milliseconds since 1970. */
  readAt = $state<number | null>(null);
  away = $state(false);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #who: string | null = null;

  /** Reads now and every few seconds until the returned function is called; not while the page is hidden. */
  start(): () => void {
    if (this.#who !== session.who) this.#forget();
    const look = () => {
      clearTimeout(this.#timer);
      if (document.visibilityState === 'hidden') return;
      void this.read();
      this.#timer = setTimeout(look, intervalMs);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', look);
    };
  }

  async read(): Promise<void> {
    // A slow answer is waited for: asking again would only make it slower.
    if (this.#reading) return;
    this.#reading = true;
    try {
      const isOwner = session.may('audit:read');
      const [machine, readiness, connections, pipeline, jobs, warnings, backups, certificates] = await Promise.all([
        applianceApi.machine(),
        api.readiness(),
        applianceApi.connections(),
        applianceApi.pipeline(),
        applianceApi.jobs(),
        isOwner ? applianceApi.warnings() : null,
        session.may('backups:read') ? applianceApi.backups() : null,
        // They change a few times a year.
        this.readAt === null ? applianceApi.certificates() : this.certificates,
      ]);
      const sample = this.#sample(machine, connections, pipeline);
      Object.assign(this, { machine, readiness, connections, pipeline, jobs, warnings, backups, certificates });
      this.samples = [...this.samples, sample].slice(-maximumSamples);
      this.readAt = sample.at;
      this.away = false;
    } catch {
      this.away = true;
    } finally {
      this.#reading = false;
    }
  }

  #sample(machine: Machine, connections: readonly Connection[], pipeline: Pipeline): Sample {
    const at = Date.now();
    const total = ({ made, shared, hit, secondLevel, stale, staleIfError }: Pipeline['answers']) => made + shared + hit + secondLevel + stale + staleIfError;
    const before = this.pipeline?.answers;
    // Counters begin anew with the service.
    const answers = before && this.readAt !== null && total(pipeline.answers) >= total(before) ? total(pipeline.answers) - total(before) : null;
    return {
      at,
      availableBytes: machine.memory.availableBytes,
      celsius: machine.celsius,
      answers: answers === null ? null : (answers * 1000) / Math.max(1, at - this.readAt!),
      hits: answers ? 1 - (pipeline.answers.made - before!.made) / answers : null,
      leased: Object.fromEntries(connections.map(({ name, pool }) => [name, pool.leased])),
    };
  }

  #forget(): void {
    this.#who = session.who;
    this.machine = this.readiness = this.pipeline = this.warnings = this.backups = this.readAt = null;
    this.connections = this.jobs = this.certificates = this.samples = [];
  }
}

export const readings = new Readings();
