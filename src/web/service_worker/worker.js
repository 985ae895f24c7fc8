// Runs beside the pages of whoever is signed in. It keeps this version's files and one page that
// holds nobody's data; where the server can't be reached, or not in time, that page starts the app
// from what this browser has kept (docs/decisions/0012-offline.md). NAME, FILES and PAGE stand
// before this text.

/** A page that has not begun to come by then is not waited for. */
const PATIENCE_MS = 5000;
/** What stands before a server that is being started again. */
const AWAY = [502, 503, 504];

self.addEventListener('install', (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(dropOlder()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!pathname.startsWith('/api/')) event.respondWith(page(request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname, request));
  } else if (pathname.startsWith('/covers/')) {
    event.respondWith(fetch(request).catch(() => fetch(request, { cache: 'force-cache' })));
  }
});

/** All of a version or nothing of it: whatever is missing leaves the version before in charge. */
async function keep() {
  const cache = await caches.open(NAME);
  // What has its hash in its name may come from the browser's own cache.
  const fresh = (file) => new Request(file, { cache: file.startsWith('/pkg/') ? 'default' : 'reload' });
  await cache.addAll([PAGE, ...FILES].map(fresh));
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
}

async function page(request) {
  const answer = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([answer.catch(() => undefined), late]);
  if (first && !AWAY.includes(first.status)) return first;
  return (await find(PAGE)) ?? answer;
}

async function kept(pathname, request) {
  return (await find(pathname)) ?? fetch(request);
}

async function find(pathname) {
  const cache = await caches.open(NAME);
  return cache.match(pathname, { ignoreVary: true });
}
