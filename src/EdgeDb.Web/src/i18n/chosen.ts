export const storageKey = 'edgedb.language';

/** The languages to show the pages in, the most wished for first: the household's own, as this browser last knew it, then the browser's. */
export function wishedLanguages(): readonly string[] {
  const chosen = chosenBefore();
  return chosen ? [chosen, ...navigator.languages] : navigator.languages;
}

export function chosenBefore(): string {
  try {
    return localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}
