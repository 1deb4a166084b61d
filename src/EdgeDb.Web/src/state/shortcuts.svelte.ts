import { untrack } from 'svelte';
import type { MessageKey } from '../i18n/language';
import { help } from './help.svelte';
import { recall, remember } from './stored';

export interface Shortcut {
  /** As in `KeyboardEvent.key`, lower case for letters. */
  key: string;
  label: MessageKey;
  action: () => void;
}

const storageKey = 'shortcuts';

/** A field and an open dialog have the keys for themselves. One that was closed holds the focus until the next frame, which a slow device is late with. */
function hasKeys(target: Element): boolean {
  return target.closest('input, select, textarea, [contenteditable], dialog, [role=dialog]') !== null && !target.closest('dialog:not([open])');
}

/** Single keys, each for as long as the part that bound it is on screen. Who speaks to their computer can turn them off (WCAG 2.2, 2.1.4). */
class Shortcuts {
  enabled = $state(recall(storageKey, true));
  bound = $state.raw<readonly Shortcut[]>([{ key: '?', label: 'keys.help', action: () => (help.wanted = true) }]);

  constructor() {
    document.addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** Returns what ends it. */
  bind(shortcuts: readonly Shortcut[]): () => void {
    // An effect that binds must not depend on what others bind.
    this.bound = [...untrack(() => this.bound), ...shortcuts];
    return () => (this.bound = this.bound.filter((shortcut) => !shortcuts.includes(shortcut)));
  }

  enable(enabled: boolean): void {
    this.enabled = enabled;
    remember(storageKey, enabled);
  }

  #pressed(event: KeyboardEvent): void {
    if (!this.enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target instanceof Element && hasKeys(event.target)) return;
    if (document.querySelector('dialog:modal')) return;
    const found = this.bound.findLast(({ key }) => key === (event.key.length === 1 ? event.key.toLowerCase() : event.key));
    if (!found) return;
    event.preventDefault();
    found.action();
  }
}

export const shortcuts = new Shortcuts();
