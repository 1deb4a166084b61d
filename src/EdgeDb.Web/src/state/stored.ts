/** What this one browser remembers. Where storage is refused or holds something else, the choice lasts until the page is closed. */
export function recall<T>(key: string, fallback: T): T {
  try {
    return (JSON.parse(localStorage.getItem(`edgedb.${key}`) ?? 'null') as T | null) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`edgedb.${key}`, JSON.stringify(value));
  } catch {
    // As above.
  }
}
