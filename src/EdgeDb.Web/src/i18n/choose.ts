import { chosenBefore, storageKey } from './chosen';

/** Keeps what the household chose, empty for each browser's own, and begins anew when that is another language than the one in use. */
export function chooseLanguage(tag: string): void {
  if (tag === chosenBefore()) return;
  try {
    localStorage.setItem(storageKey, tag);
  } catch {
    // It cannot be kept, so beginning anew would begin the same.
    return;
  }
  if ((tag || navigator.language).split('-')[0] !== document.documentElement.lang.split('-')[0]) location.reload();
}
