// The service worker of signed-in users. It caches this version's files and one page without user
// data. If the server can't be reached, or does not respond in time, that page starts the app from
// the data stored in this browser (docs/decisions/0012-offline.md). It also shows what is pushed
// (docs/decisions/0036-push.md), and sends what waits in the outbox of closed tabs. The server defines NAME, FILES, PAGE
// and TITLE before this text.

/** After this time without a response, the offline page is shown. */
const RESPONSE_TIMEOUT_MS = 5000;
/** Statuses with which a proxy answers while the server restarts. */
const UNAVAILABLE = [502, 503, 504];
/** The cache of listing covers, which every version shares. A page without a viewer deletes it. */
const COVERS = 'stoa-covers';
const COVERS_MAX = 300;
/** Stands in for a cover that can't be loaded: a picture in a neutral grey. */
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-18 -10.5 60 45" fill="none" stroke="#8d867b" stroke-width="1.5">' +
  '<rect x="3" y="5" width="18" height="14" rx="2.5"/><circle cx="8.5" cy="10" r="1.5"/><path d="m4 17 5-4 3 2 4-4 5 4"/></svg>';

self.addEventListener('install', (event) => event.waitUntil(fillCache().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(deleteOldCaches()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // A part of a file is the network's to serve: the cache has whole ones.
  if (request.headers.has('range')) return;
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    // Whoever opens the app sees what the number on its icon counts.
    event.waitUntil(setBadge(0));
    // Identity providers may take longer than our own pages do.
    if (!pathname.startsWith('/api/') && !pathname.startsWith('/sign-in/with/')) event.respondWith(networkFirst(request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(cacheFirst(pathname, request));
  } else if (pathname.startsWith('/covers/')) {
    event.respondWith(cover(request));
  }
});

self.addEventListener('push', (event) => event.waitUntil(showPush(readPush(event.data))));

// There is a network again, and perhaps no tab any more.
self.addEventListener('sync', (event) => {
  if (event.tag === 'outbox') event.waitUntil(deliverOutbox());
});

// A browser that makes a new subscription by itself tells the server.
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)));

// A page that is open shows what the notification is about without loading anew.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPath(event.notification.data ?? '/messages'));
});

/** The declarative push message (docs/decisions/0036-push.md); something to show, whatever came. */
function readPush(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

/**
 * Always shows a notification: browsers take the permission away from those who don't. It replaces the one about the
 * same conversation, and alerts again, unless a page that is open has shown that one.
 */
async function showPush({ notification = {}, app_badge: badge, unread }) {
  const { title = TITLE, navigate = '/messages', tag = 'push', body, lang, dir } = notification;
  const pages = await openPages();
  const shown = await self.registration.getNotifications();
  if (unread) shown.filter((one) => isRead(one, unread)).forEach((one) => one.close());
  await self.registration.showNotification(title, {
    body,
    lang,
    dir,
    tag,
    icon: '/icon-192.png',
    badge: '/badge.png',
    data: ownPath(navigate),
    renotify: pages.length === 0 || !shown.some((one) => one.tag === tag),
    silent: pages.some((page) => page.focused),
  });
  await setBadge(badge);
}

/** Whether a notification tells of a conversation that was read on another device. */
function isRead({ tag, data }, unread) {
  return data === `/messages/${tag}` && !unread.includes(tag);
}

function ownPath(url) {
  const { origin, pathname, search, hash } = new URL(url, self.location.origin);
  return origin === self.location.origin ? pathname + search + hash : '/messages';
}

/** The number on the app's icon, where the app is installed. */
async function setBadge(count) {
  try {
    await (count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
  } catch {
    // The browser shows none.
  }
}

async function renew({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  const made = newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (!made) return;
  const { endpoint, keys } = made.toJSON();
  const body = new URLSearchParams({ endpoint, ...keys });
  await fetch('/rpc/subscribe_to_push', { method: 'POST', body });
}

/**
 * Sends what waits in the viewer's outbox, as a tab would: in its order, each until it is answered, under the lock of the
 * leading tab. A tab that leads sends by itself, and takes the lock from us if it must. What fails is tried later, by the
 * browser or the next page; sent twice, a message is one.
 */
async function deliverOutbox() {
  const viewer = await signedIn();
  const outbox = viewer && (await openOutbox(viewer));
  if (!outbox) return;
  let isLeader = true;
  const deliver = async (lock) => {
    try {
      const waiting = await storedItems(outbox);
      if (!lock && waiting.length > 0) throw new Error('a tab leads');
      for (const { key, item } of waiting) {
        // Somebody else may have signed in meanwhile.
        if (!isLeader || (await signedIn()) !== viewer) return;
        if (await post(item)) await done(store(outbox, 'readwrite').delete(key));
      }
    } finally {
      outbox.close();
    }
  };
  const delivered = navigator.locks.request(`stoa-leader-${viewer}`, { ifAvailable: true }, deliver);
  await delivered.finally(() => (isLeader = false));
}

/** The database of src/browser/storage/database.rs; nothing if there is none, which is not made here. */
async function openOutbox(viewer) {
  const request = indexedDB.open(`stoa-${viewer}`);
  request.onupgradeneeded = () => request.transaction.abort();
  return done(request).catch(() => undefined);
}

function store(outbox, mode) {
  return outbox.transaction('outbox', mode).objectStore('outbox');
}

/** What waits, by its order. What was refused for good waits for its writer. */
async function storedItems(outbox) {
  const items = store(outbox, 'readonly');
  const [keys, texts] = await Promise.all([done(items.getAllKeys()), done(items.getAll())]);
  const all = texts.map((text, index) => ({ key: keys[index], item: JSON.parse(text) }));
  // A message whose files are not on the server yet waits for a page, and with it those after it.
  const held = new Set(all.filter(({ item }) => item.waits_for_files).map(({ item }) => item.conversation));
  return all.filter(({ item }) => !item.failed && !held.has(item.conversation));
}

/** The id of whoever is signed in. */
async function signedIn() {
  const answer = await fetch('/api/users/me');
  if (answer.status === 401 || answer.status === 403) return undefined;
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).id;
}

/** Whether it is stored. False if it was refused for good, which the next page tells its writer. */
async function post({ id, conversation, body, attached }) {
  const answer = await fetch(`/api/conversations/${conversation}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, body, attached }),
  });
  if (!answer.ok && (answer.status === 429 || answer.status >= 500)) throw new Error(answer.status);
  return answer.ok;
}

/** The result of a request to IndexedDB. */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** All our tabs, also those that were there before this worker. */
function openPages() {
  return self.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

async function openPath(path) {
  await setBadge(0);
  const pages = await openPages();
  const page = pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  page.postMessage(path);
  return page.focus();
}

/** Caches all files of this version. If one is missing, the previous version stays active. */
async function fillCache() {
  const cache = await caches.open(NAME);
  // Files with a content hash in their name may come from the browser's HTTP cache.
  const fresh = (file) => new Request(file, { cache: /^\/(pkg|words)\//.test(file) ? 'default' : 'reload' });
  await cache.addAll([PAGE, ...FILES].map(fresh));
}

async function deleteOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => ![NAME, COVERS].includes(name)).map((name) => caches.delete(name)));
}

async function networkFirst(request) {
  const response = fetch(request);
  const timeout = new Promise((resolve) => setTimeout(resolve, RESPONSE_TIMEOUT_MS));
  const first = await Promise.race([response.catch(() => undefined), timeout]);
  if (first && !UNAVAILABLE.includes(first.status)) return first;
  return (await cached(PAGE)) ?? response;
}

/** The cover as the server has it, else as it was, else a neutral picture. */
async function cover(request) {
  const response = await fetch(request)
    .catch(() => fetch(request, { cache: 'force-cache' }))
    .catch(() => undefined);
  const cache = await caches.open(COVERS);
  if (response?.ok) await keep(cache, request, response.clone());
  if (response && !UNAVAILABLE.includes(response.status)) return response;
  const picture = () => new Response(PICTURE, { headers: { 'content-type': 'image/svg+xml' } });
  return (await cache.match(request, { ignoreVary: true })) ?? picture();
}

/** The oldest make room. A browser that refuses to store goes without. */
async function keep(cache, request, response) {
  try {
    await cache.put(request, response);
    const kept = await cache.keys();
    await Promise.all(kept.slice(0, Math.max(0, kept.length - COVERS_MAX)).map((old) => cache.delete(old)));
  } catch {
    // Quota, or private mode.
  }
}

async function cacheFirst(pathname, request) {
  return (await cached(pathname)) ?? fetch(request);
}

async function cached(pathname) {
  const cache = await caches.open(NAME);
  return cache.match(pathname, { ignoreVary: true });
}
