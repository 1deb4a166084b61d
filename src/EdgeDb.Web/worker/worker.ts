/**
 * The service worker: it keeps one whole build of the pages, so that they open while the service is away. It keeps nothing of
 * `/api`, which belongs to somebody and is kept with their name by `state/store.ts`.
 *
 * Guarantees: a build is kept whole or not at all, and only one that is there whole takes over. An open page gets the parts of the
 * build that it began with, until it is closed. A build that has no worker any more takes this one away.
 */

/** What the build consists of, the paths under /assets/ named by their content; written by scripts/worker.mjs. */
declare const PARTS: readonly string[];
/** SHA-256 of index.html, hexadecimal: it has one name in every build. */
declare const INDEX: string;
/** Tells this build from others. */
declare const BUILD: string;
declare const self: ServiceWorkerGlobalScope;

const prefix = 'edgedb-';
const own = prefix + BUILD;
/** On every page, and under one name in every build. */
const icon = '/favicon.svg';
/** Under which name an open page holds a lock, followed by the path of its first script; see `state/offline.ts`. */
const pageLock = 'edgedb.page:';
/** Parts fetched at a time: the page that is open comes first on a small board. */
const lanes = 3;
/** A network that takes packets and answers none, as of a phone on its way out of the house, is not waited for longer. */
const patienceMs = 4000;

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => event.waitUntil(greeted()));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(String(event.notification.data)));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (pathname.startsWith('/assets/') || pathname === icon) event.respondWith(part(request));
  else if (request.mode === 'navigate' && isPage(pathname)) {
    event.respondWith(page(event));
    event.waitUntil(leaveIfGone());
  }
});

/** Brings the page that has reminded into sight, where its card is; it may be closed by now. */
async function show(path: string): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window' });
  await (page?.focus().catch(() => null) ?? self.clients.openWindow(path));
}

/** As the service tells its pages from all else that it answers. */
function isPage(path: string): boolean {
  return !/\.[^/]*$/.test(path) && !/^\/(api|health|openapi|calendars|trust|metrics)(\/|$)/.test(path);
}

async function install(): Promise<void> {
  await fill();
  await self.skipWaiting();
}

async function fill(): Promise<void> {
  try {
    const cache = await caches.open(own);
    const left = [...PARTS];
    const lane = async () => {
      for (let path = left.pop(); path; path = left.pop()) await cache.put(path, await partOf(path));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    await cache.put('/', await index());
  } catch (error) {
    // The browser tries again at the next visit; until then the worker that is there stays.
    await caches.delete(own);
    throw error;
  }
}

async function partOf(path: string): Promise<Response> {
  const known = path.startsWith('/assets/') ? await caches.match(path, { ignoreVary: true }) : undefined;
  if (known) return known;
  const answer = await fetch(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-cache' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}

/** Of this build and no other: the service may have been given the next one meanwhile. */
async function index(): Promise<Response> {
  const answer = await fetch('/', { cache: 'no-cache' });
  const digest = await crypto.subtle.digest('SHA-256', await answer.clone().arrayBuffer());
  const hexadecimal = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hexadecimal !== INDEX) throw new Error('The page is of another build than its worker.');
  return answer;
}

async function activate(): Promise<void> {
  await sweep();
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

/** A page is there and holds its lock, so the one before it in its tab is gone. */
async function greeted(): Promise<void> {
  await sweep();
  // Cleared by the browser for want of room, or by a service that had no worker for a moment.
  if (!(await caches.has(own))) await fill();
}

/** Removes earlier builds that no open page began with. */
async function sweep(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const begun = held.flatMap(({ name }) => (name?.startsWith(pageLock) ? [name.slice(pageLock.length)] : []));
  for (const key of await caches.keys()) {
    if (key === own || !key.startsWith(prefix)) continue;
    const cache = await caches.open(key);
    const needed = await Promise.all(begun.map((path) => cache.match(path, { ignoreVary: true })));
    if (!needed.some(Boolean)) await caches.delete(key);
  }
}

/** Names tell contents, so whichever build has the part has the right one. */
async function part(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** As the service has it, and as it is kept here while the service is away. */
async function page(event: FetchEvent): Promise<Response> {
  const fresh = Promise.resolve(event.preloadResponse).then((answer: Response | undefined) => answer ?? fetch(event.request));
  const settled = fresh.catch(() => null);
  // Else the browser breaks off what it has begun to fetch, and complains.
  event.waitUntil(settled);
  const answer = await Promise.race([
    settled,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), patienceMs)),
  ]);
  // A proxy in front of a service that is down answers for it.
  if (answer && answer.status < 500) return answer;
  return (await caches.match('/', { cacheName: own, ignoreVary: true })) ?? fresh;
}

/** The browser by itself would keep a worker whose script is gone. */
async function leaveIfGone(): Promise<void> {
  const answer = await fetch(self.location.href, { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer?.status !== 404 && answer?.status !== 410) return;
  for (const key of await caches.keys()) if (key.startsWith(prefix)) await caches.delete(key);
  await self.registration.unregister();
}

export {};
