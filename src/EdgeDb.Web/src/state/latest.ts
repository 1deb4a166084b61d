export interface Loader {
  load(): Promise<void>;
  /** An answer under way is for somebody who has left. */
  forget(): void;
}

/**
 * Runs a request and drops its answer when a later one was started meanwhile, which knows at least as much and is waited for
 * instead, or when it is the same as before: then nothing on screen is laid out again and no focus is lost. One in doubt may be
 * postponed: when it was asked for, or when it comes.
 */
export function latestOnly<T>(load: () => Promise<T>, apply: (value: T) => void, isDoubtful = () => false, postpone?: (value: T) => boolean): Loader {
  let started = 0;
  let applied = '';
  let latest = Promise.resolve();
  const run = async () => {
    const mine = ++started;
    const doubtful = isDoubtful();
    const value = await load();
    if (mine !== started) return latest;
    if ((doubtful || isDoubtful()) && postpone!(value)) return;
    const text = JSON.stringify(value);
    if (text === applied) return;
    applied = text;
    apply(value);
  };
  return {
    load: () => (latest = run()),
    forget() {
      started++;
      applied = '';
      latest = Promise.resolve();
    },
  };
}
