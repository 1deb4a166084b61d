import { api, refusals } from '../api/client';
import type { Right, Session } from '../api/types';

/** Whom the service takes this browser for, and what they may do. What they may not is not offered; refused it would be anyway. */
class SessionState {
  /** Null until the service has said it. */
  current = $state.raw<Session | null>(null);
  /** Changes with the person, and with what they are: empty for nobody, null until it is known. */
  who: string | null = $derived(this.current && (this.current.role ? [this.current.role, this.current.account, this.current.device].join('|') : ''));
  /** Whether that is only what the service said before it went away. */
  isRecalled = $state(false);
  /** When the visit at a paired device ends, milliseconds since 1970. */
  visitEnds = $state<number | null>(null);

  /** Called when it is somebody else than before. */
  changed: () => void = () => {};

  #asked = 0;
  #entering = false;
  #forgetting = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    refusals.addEventListener('sign-in', () => void this.check());
  }

  /** Whether they may do this with everything they see. */
  may(right: Right): boolean {
    return this.current?.rights.includes(right) ?? false;
  }

  /** Whether they may do this with their own at least. */
  mayOwn(right: Right): boolean {
    return this.may(right) || (this.current?.ownRights.includes(right) ?? false);
  }

  /** Asks the service. Throws when it does not answer. */
  async load(): Promise<void> {
    const mine = ++this.#asked;
    const answer = await api.session();
    // Somebody signs in, or did while this answer was on its way.
    if (mine === this.#asked && !this.#entering) this.#take(answer);
  }

  /** The same where no answer changes nothing. */
  async check(): Promise<void> {
    await this.load().catch(() => {});
  }

  /** Lets somebody in: by a password, a PIN, or by making them the owner. Until that is answered nobody else's answer counts. */
  async enter(ask: () => Promise<Session>): Promise<void> {
    this.#entering = true;
    try {
      await this.#forgetting;
      this.#take(await ask());
    } finally {
      this.#entering = false;
    }
  }

  /** Takes them for whom an earlier visit knew, as long as the service does not answer. */
  recall(known: Session): void {
    if (this.current !== null) return;
    this.isRecalled = true;
    this.current = known;
  }

  #take(answer: Session): void {
    this.#asked++;
    const before = this.who;
    this.isRecalled = false;
    this.current = answer;
    clearTimeout(this.#timer);
    const left = answer.visitSeconds;
    this.visitEnds = left === null ? null : Date.now() + left * 1000;
    // Asked again rather than ended: whoever changes something meanwhile stays longer.
    if (left !== null) this.#timer = setTimeout(() => void this.check(), (left + 1) * 1000);
    if (this.who !== before) this.changed();
  }

  /** Empties the browser's own cache of answers, which only the service can do, where nobody is left to sign out. Whoever comes waits for it: later it would sign them out. */
  async forgetAnswers(): Promise<void> {
    if (this.who !== '' || this.#entering) return;
    await (this.#forgetting = api.signOut().catch(() => {}));
  }

  async signOut(): Promise<void> {
    await api.signOut();
    await this.load();
  }
}

export const session = new SessionState();
