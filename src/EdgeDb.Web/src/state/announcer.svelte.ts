/** Sentences kept: one that comes while another is being read aloud must not take it away. */
const kept = 3;

/** What the page's live region says to people who do not see the screen change. */
class Announcer {
  said = $state.raw<readonly { id: number; text: string }[]>([]);
  #next = 0;

  say(text: string): void {
    this.said = [...this.said.slice(1 - kept), { id: this.#next++, text }];
  }

  /** What one person was told is not for the next. */
  forget(): void {
    this.said = [];
  }
}

export const announcer = new Announcer();
