import { tick } from 'svelte';
import { announcer } from './announcer.svelte';
import { explain } from './failure';

/** Something that a button does: whether it is being done, and why it did not work. */
export class Action {
  busy = $state(false);
  failure = $state('');

  /** Does it, and says so in the page's live region when it worked. */
  async run(action: () => Promise<unknown>, done = ''): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = '';
    try {
      await action();
      if (done) announcer.say(done);
      return true;
    } catch (error) {
      this.failure = explain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** Puts the focus here when what had it is gone, such as the button of a row that was removed: it would begin anew at the top of the page. */
export async function keepFocus(element: HTMLElement | undefined): Promise<void> {
  await tick();
  if (document.activeElement === document.body) element?.focus();
}
