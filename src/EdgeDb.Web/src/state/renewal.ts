import { wallClock } from '../time/zone';

/** The hour of the night in which nobody misses a page that loads anew. */
const hour = '03';
const untouchedMs = 5 * 60_000;

/** Loads a page that is never closed anew when the service has another build: at night, and never under somebody's hands. */
export class Renewal {
  #build: string | null = null;
  #touchedAt = 0;
  #asked = '';

  /** `reload` is a parameter for the tests. */
  constructor(private readonly reload: () => void = () => location.reload()) {}

  start(): () => void {
    const touched = () => (this.#touchedAt = Date.now());
    const kinds = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const kind of kinds) addEventListener(kind, touched, { passive: true });
    void this.#ask().then((build) => (this.#build ??= build));
    return () => kinds.forEach((kind) => removeEventListener(kind, touched));
  }

  /** To be called every minute. */
  async tick(now: number, zone: string): Promise<void> {
    const { date, time } = wallClock(now, zone);
    if (time.slice(0, 2) !== hour || this.#asked === date || now - this.#touchedAt < untouchedMs) return;
    this.#asked = date;
    const build = await this.#ask();
    // The service is away, or was when this page was opened: then the page that works is kept.
    if (build === null) return;
    if (this.#build !== null && build !== this.#build) this.reload();
    this.#build = build;
  }

  /** What tells builds apart: the entity tag of the one page that names all its parts. */
  async #ask(): Promise<string | null> {
    try {
      const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' });
      return answer.ok ? answer.headers.get('etag') : null;
    } catch {
      return null;
    }
  }
}
