/** The text of the page's live region, for people who do not see the screen change. */
class Announcer {
  text = $state('');

  say(text: string): void {
    // A region that is set to the text it already holds stays silent; the no-break space makes it another one.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
