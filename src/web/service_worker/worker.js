// The service worker of signed-in users. It caches this version's files and one page without user
// data. If the server can't be reached, or does not respond in time, that page starts the app from
// the data stored in this browser (docs/decisions/0012-offline.md). The server defines NAME, FILES
// and PAGE before this text.

/** After this time without a response, the offline page is shown. */
const RESPONSE_TIMEOUT_MS = 5000;
/** Statuses with which a proxy answers while the server restarts. */
const UNAVAILABLE = [502, 503, 504];

self.addEventListener('install', (event) => event.waitUntil(fillCache().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(deleteOldCaches()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // A part of a file is the network's to serve: the cache has whole ones.
  if (request.headers.has('range')) return;
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!pathname.startsWith('/api/')) event.respondWith(networkFirst(request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(cacheFirst(pathname, request));
  } else if (pathname.startsWith('/covers/')) {
    event.respondWith(fetch(request).catch(() => fetch(request, { cache: 'force-cache' })));
  }
});

// A page that is open shows what the notification is about without loading anew.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPath(event.notification.data));
});

async function openPath(path) {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) return self.clients.openWindow(path);
  page.postMessage(path);
  return page.focus();
}

/** Caches all files of this version. If one is missing, the previous version stays active. */
async function fillCache() {
  const cache = await caches.open(NAME);
  // Files with a content hash in their name may come from the browser's HTTP cache.
  const fresh = (file) => new Request(file, { cache: file.startsWith('/pkg/') ? 'default' : 'reload' });
  await cache.addAll([PAGE, ...FILES].map(fresh));
}

async function deleteOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
}

async function networkFirst(request) {
  const response = fetch(request);
  const timeout = new Promise((resolve) => setTimeout(resolve, RESPONSE_TIMEOUT_MS));
  const first = await Promise.race([response.catch(() => undefined), timeout]);
  if (first && !UNAVAILABLE.includes(first.status)) return first;
  return (await cached(PAGE)) ?? response;
}

async function cacheFirst(pathname, request) {
  return (await cached(pathname)) ?? fetch(request);
}

async function cached(pathname) {
  const cache = await caches.open(NAME);
  return cache.match(pathname, { ignoreVary: true });
}
