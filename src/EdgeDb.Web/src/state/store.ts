/**
 * What this browser keeps while the page is closed, of one person at a time: whoever it belongs to is written beside it, and in
 * the same transaction in which somebody else becomes that, all of it goes. A tab that has not noticed yet writes nothing more.
 * Where storage is refused nothing is kept; whoever uses it holds what it shows by itself.
 */
const databaseName = 'edgedb';
const storeName = 'kept';
/** The key of whose it is; no part has it. */
const ownerKey = 'owner';

export type Part = 'weeks' | 'edits' | 'tasks' | 'reminders';

let opening: Promise<IDBDatabase | null> | null = null;

function open(): Promise<IDBDatabase | null> {
  return (opening ??= new Promise((resolve) => {
    const refused = () => resolve(null);
    try {
      const request = indexedDB.open(databaseName, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName);
      request.onerror = request.onblocked = refused;
      request.onsuccess = () => {
        const database = request.result;
        const closed = () => (opening = null);
        // A browser that clears its storage closes it under an open page.
        database.onclose = closed;
        database.onversionchange = () => {
          database.close();
          closed();
        };
        resolve(database);
      };
    } catch {
      refused();
    }
  }));
}

/** Runs requests of one transaction; `run` hands its answer to `answer`. Undefined where storage is refused or full. */
async function transact<T>(mode: IDBTransactionMode, run: (kept: IDBObjectStore, answer: (value: T) => void) => void): Promise<T | undefined> {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    let result: T | undefined;
    try {
      // Strict, as what is told to be kept or erased is to be so also after a power cut.
      const transaction = database.transaction(storeName, mode, { durability: 'strict' });
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => resolve(undefined);
      run(transaction.objectStore(storeName), (value) => (result = value));
    } catch {
      // Closed since.
      opening = null;
      resolve(undefined);
    }
  });
}

/** Whose it is, as the session tells people apart; empty when it is nobody's. */
export async function owner(): Promise<string> {
  const found = await transact<string | undefined>('readonly', (kept, answer) => {
    const request = kept.get(ownerKey);
    request.onsuccess = () => answer(request.result);
  });
  return found ?? '';
}

/** Makes it somebody's, or nobody's when empty. What was kept of anybody else is erased. */
export async function claim(who: string): Promise<void> {
  await transact<void>('readwrite', (kept) => {
    const request = kept.get(ownerKey);
    request.onsuccess = () => {
      if ((request.result ?? '') === who) return;
      kept.clear();
      if (who !== '') kept.put(who, ownerKey);
    };
  });
  for (const claimed of claims) claimed();
}

const claims = new Set<() => void>();

/** Calls `claimed` when this page has made it somebody's: what it refused before may be kept from then on. @returns What ends that. */
export function followClaims(claimed: () => void): () => void {
  claims.add(claimed);
  return () => claims.delete(claimed);
}

/** What is kept of them, undefined for nothing. */
export function read<T>(who: string, part: Part): Promise<T | undefined> {
  return transact<T>('readonly', (kept, answer) => {
    const found = kept.get(ownerKey);
    found.onsuccess = () => {
      if (found.result !== who) return;
      const request = kept.get(part);
      request.onsuccess = () => answer(request.result);
    };
  });
}

/**
 * Changes what is kept of them in one step, whatever other tabs do meanwhile: `change` is given what is there now and answers
 * what is to be (undefined for nothing), without waiting for anything. Plain data only.
 * @returns Whether it is kept; not where it is somebody else's by now.
 */
export async function update<T>(who: string, part: Part, change: (value: T | undefined) => T | undefined): Promise<boolean> {
  const done = await transact<boolean>('readwrite', (kept, answer) => {
    const found = kept.get(ownerKey);
    found.onsuccess = () => {
      if (found.result !== who) return answer(false);
      const request = kept.get(part);
      request.onsuccess = () => {
        const value = change(request.result);
        if (value === undefined) kept.delete(part);
        else if (value !== request.result) kept.put(value, part);
        answer(true);
      };
    };
  });
  if (done) channel()?.postMessage(part);
  return done ?? false;
}

let tabs: BroadcastChannel | null = null;

function channel(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : (tabs ??= new BroadcastChannel('edgedb.kept'));
}

/** Calls `changed` when another tab has changed the part. @returns What ends that. */
export function follow(part: Part, changed: () => void): () => void {
  const told = ({ data }: MessageEvent) => data === part && changed();
  channel()?.addEventListener('message', told);
  return () => channel()?.removeEventListener('message', told);
}

/** Lets only one tab at a time do it. Over plain http, where browsers have no locks, several may: the service takes what has one name once. */
export function alone<T>(name: string, action: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(`edgedb.${name}`, action) as Promise<T>) : action();
}
