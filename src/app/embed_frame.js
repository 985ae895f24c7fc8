// A frame on another site, before the app starts: asks the page around it who the visitor is, and gives what the app sends the
// token that comes of it. Nothing is stored here: what a browser keeps for a frame differs, and may be none. `SITES` are the
// sites that are allowed.
const root = document.documentElement;
const asked = new URLSearchParams(location.search);
const site = asked.get('site');
root.dataset.embedded = location.pathname === '/embed/messages' ? 'inbox' : 'chat';
if (['light', 'dark'].includes(asked.get('theme'))) root.dataset.theme = asked.get('theme');
// Opened by itself, or by a page that says it is another: nothing begins.
if (parent === window || !SITES.includes(site)) await new Promise(() => {});

const port = await new Promise((done) => {
  const hear = ({ source, origin, data, ports }) => {
    if (source !== parent || origin !== site || data?.stoa !== 'welcome' || !ports[0]) return;
    removeEventListener('message', hear);
    done(ports[0]);
  };
  addEventListener('message', hear);
  parent.postMessage({ stoa: 'hello' }, site);
});
const tell = (type, rest) => port.postMessage({ type, ...rest });

const memory = new Map();
const storage = {
  get length() { return memory.size; },
  key: (index) => [...memory.keys()][index] ?? null,
  getItem: (key) => memory.get(key) ?? null,
  setItem: (key, value) => { memory.set(key, String(value)); },
  removeItem: (key) => { memory.delete(key); },
};
const replace = (object, name, value) => Object.defineProperty(object, name, { value, configurable: true });
replace(window, 'localStorage', storage);
for (const name of ['sessionStorage', 'indexedDB', 'caches']) replace(window, name, undefined);
// There is one tab, and no worker.
replace(window, 'BroadcastChannel', class { postMessage() {} });
replace(navigator, 'locks', { request: async (_name, _options, granted) => granted({}) });
const nothing = async () => undefined;
replace(navigator, 'serviceWorker', { register: nothing, getRegistration: nothing, ready: new Promise(() => {}) });
// Letters are for the page around it.
storage.setItem('stoa-shortcuts', 'off');
// Browsers let no frame of another site push.
storage.setItem('stoa-push-offer', 'no');

// The focus stays in the page around this one until that gives it, or the visitor comes in.
let mayFocus = false;
const { focus } = HTMLElement.prototype;
HTMLElement.prototype.focus = function (options) {
  if (mayFocus) focus.call(this, options);
};
for (const type of ['focusin', 'pointerdown', 'keydown']) addEventListener(type, () => { mayFocus = true; }, true);

// What is in sight while the page around this one has the focus has been seen: a frame need not have it itself. A closed popup is not
// in sight.
let isInSight = false;
let isAroundFocused = false;
const hasFocus = document.hasFocus.bind(document);
document.hasFocus = () => hasFocus() || (isInSight && isAroundFocused);
const attend = (change) => {
  const before = document.hasFocus();
  change();
  if (document.hasFocus() !== before) dispatchEvent(new Event(before ? 'blur' : 'focus'));
};
new IntersectionObserver((entries) => {
  attend(() => { isInSight = entries.at(-1).isIntersecting; });
}).observe(root);
// The page around this one does not hear that its frame has lost the focus.
addEventListener('blur', ({ isTrusted }) => isTrusted && tell('blurred'));

let token = '';
let viewer;
let renewing;
let answer;
let again;
const plainFetch = window.fetch.bind(window);
const send = (method, body) => plainFetch('/embed/session', {
  method,
  body,
  keepalive: true,
  credentials: 'omit',
  headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
});
// What this frame was opened for: the page of it is known once the visitor is.
const [, kind, id] = location.pathname.match(/^\/embed\/(listing|order)s\/(.+)$/) ?? [];
const NOWHERE = '00000000-0000-0000-0000-000000000000';
let open = kind && { [kind]: decodeURIComponent(id) };
const renewOnce = async () => {
  const { identity, failed } = await new Promise((done) => {
    answer = done;
    tell('identity');
  });
  if (failed) throw new TypeError('the page around this one can’t say who the visitor is');
  if (!identity) throw new Error('the page around this one names nobody');
  const response = await send('POST', JSON.stringify({ identity, open }));
  if ([401, 403].includes(response.status)) throw new Error('the identity is not accepted');
  if (!response.ok) throw new TypeError('the server can’t say whether the identity is accepted');
  const made = await response.json();
  // Another visitor starts over: what is on screen is not theirs.
  if (viewer && viewer !== made.session.viewer.id) {
    tell('switched');
    await new Promise(() => {});
  }
  open = undefined;
  viewer ??= made.session.viewer.id;
  token = made.token;
  setTimeout(() => renewOrEnd().catch(() => {}), made.expires_in * 600);
  return made;
};
const renew = () => renewing ??= renewOnce().finally(() => { renewing = undefined; });
// Whoever is not signed in any more has nothing on screen: the page around this one starts over. Without a network all stays.
let isLeaving = false;
const renewOrEnd = () => isLeaving ? new Promise(() => {}) : renew().catch((error) => {
  if (error instanceof TypeError) throw error;
  tell('switched');
  return new Promise(() => {});
});

port.onmessage = async ({ data }) => {
  if (data.type === 'identity') answer?.(data);
  if (data.type === 'retry') again?.();
  if (data.type === 'focused') attend(() => { isAroundFocused = data.isFocused; });
  if (data.type === 'focus') {
    mayFocus = true;
    (document.querySelector('.composer textarea') ?? document.getElementById('main'))?.focus();
  }
  if (data.type === 'sign-out') {
    isLeaving = true;
    await send('DELETE').catch(() => {});
    token = '';
    tell('signed-out');
  }
};

window.fetch = async (input, init) => {
  const request = new Request(input, { ...init, credentials: 'omit' });
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || !/^\/(api|rpc)\//.test(pathname)) return plainFetch(request);
  const second = request.clone();
  request.headers.set('authorization', `Bearer ${token}`);
  let response = await plainFetch(request);
  if (response.status === 401) {
    await renewOrEnd();
    second.headers.set('authorization', `Bearer ${token}`);
    response = await plainFetch(second);
  }
  if (response.ok && pathname === '/rpc/start_conversation') tell('sent');
  return response;
};
const SIGNED_OUT = 4401;
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url, ['stoa', token]);
    // With another token the app only connects again.
    this.addEventListener('close', async (event) => {
      if (event.code !== SIGNED_OUT) return;
      event.stopImmediatePropagation();
      await renewOrEnd().catch(() => {});
      this.onclose?.(new CloseEvent('close', { code: 1006 }));
    });
  }
};

// Files come with the token too, which elements don't send.
const load = async (path) => {
  const response = await fetch(path);
  return response.ok ? URL.createObjectURL(await response.blob()) : '';
};
const show = async (element) => {
  const path = element.getAttribute?.('src');
  if (!path?.startsWith('/api/')) return;
  element.removeAttribute('srcset');
  const url = await load(path);
  if (url && element.getAttribute('src') === path) element.src = url;
};
new MutationObserver((changes) => {
  for (const { target, addedNodes, type } of changes) {
    if (type === 'attributes') show(target);
    for (const node of addedNodes) {
      show(node);
      node.querySelectorAll?.('[src^="/api/"]').forEach(show);
    }
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });

// The marketplace's own page of an order or a listing, if it has one.
const outside = async (path) => {
  const [, kind, id] = path.match(/^\/(order|listing)s\/([^/]+)$/) ?? [];
  if (!kind) return undefined;
  const asked = kind === 'order' ? `/rpc/get_order?order=${id}` : `/rpc/get_listing?listing_id=${id}`;
  const response = await fetch(asked).catch(() => undefined);
  const found = response?.ok && (await response.json());
  return found?.order?.card.url ?? found?.url;
};

// Other pages are not for frames: the page around this one decides what becomes of a link.
addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[href]');
  if (!link || link.protocol === 'blob:') return;
  if (link.origin !== location.origin) {
    link.target = '_blank';
    link.rel = 'noopener';
    return;
  }
  const isHere = link.hash && link.pathname === location.pathname;
  if (isHere || /^\/messages(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!link.pathname.startsWith('/api/')) return tell('link', { url: await outside(link.pathname) || link.href });
  const saved = document.createElement('a');
  saved.href = await load(link.pathname + link.search);
  saved.download = link.download || '';
  if (saved.href) saved.click();
}, true);
addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') event.stopImmediatePropagation();
}, true);
addEventListener('keydown', (event) => {
  const layers = document.querySelectorAll('dialog[open]:not(.dialog), :popover-open, [role=menu], [role=listbox]');
  const isOpen = [...layers].some((layer) => layer.checkVisibility());
  if (event.key === 'Escape' && !event.defaultPrevented && !isOpen) tell('escape');
});
addEventListener('cancel', (event) => {
  if (event.target.matches?.('.dialog')) event.preventDefault();
}, true);
document.addEventListener('stoa-unread', ({ detail }) => tell('unread', { unread: detail }));
document.addEventListener('stoa-sent', () => tell('sent'));
new MutationObserver(() => tell('ready')).observe(root, { attributeFilter: ['data-interactive'] });

let made;
while (!made) {
  made = await renew().catch(() => tell('failed'));
  if (!made) await new Promise((done) => { again = done; });
}
tell('unread', { unread: made.unread });
storage.setItem('stoa-session', JSON.stringify(made.session));
// The host of a listing has many conversations about it.
if (made.path === '/messages') root.dataset.embedded = 'inbox';
history.replaceState(null, '', made.path ?? (kind === 'order' ? `/messages/${NOWHERE}` : location.pathname.replace('/embed', '')));
