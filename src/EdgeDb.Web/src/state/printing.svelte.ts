import { flushSync } from 'svelte';

/** Whether the page is being laid out for paper. What is drawn for a screen, by its measures, is drawn anew for it. */
class Printing {
  now = $state(false);

  constructor() {
    // Paper is laid out as soon as the listeners are done.
    addEventListener('beforeprint', () => flushSync(() => (this.now = true)));
    addEventListener('afterprint', () => (this.now = false));
  }
}

export const printing = new Printing();
