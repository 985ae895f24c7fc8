// A small shop with users of its own, whose pages have Stoa's chat, inbox and badge. Node alone, no packages.
//
// What a marketplace writes itself is `sign` and `/chat-identity` below, and the elements in the pages.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { STOA_URL = 'http://127.0.0.1:3000', STOA_KID, STOA_SECRET, STOA_TOKEN, STOA_LISTINGS, PORT = '4000' } = process.env;
const ISSUER = 'plain-shop';
if (!STOA_KID || !STOA_SECRET) throw new Error('Set STOA_KID and STOA_SECRET, as `stoa embed-key create plain-shop` prints them.');

/** The shop's own users. A real one has passwords. */
const users = [
  { id: '1', name: 'Lena Berg' },
  { id: '2', name: 'Omar Nasser' },
];
/** What the shop sells itself, if it has a token to send it by: of the user who is its host. */
const goods = [
  { id: 'oak-table', title: 'Oak table', price_minor: 42_000 },
  { id: 'two-chairs', title: 'Two chairs', price_minor: 12_500 },
];
/** Signed-in browsers: the cookie's value, and whose it is. */
const sessions = new Map();
const items = await catalogue();

/** A token that says who the visitor is: for five minutes, and for once. */
function sign(user) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', kid: STOA_KID, typ: 'JWT' };
  const claims = { iss: ISSUER, sub: user.id, aud: STOA_URL, iat: now, exp: now + 300, jti: randomUUID(), name: user.name };
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', STOA_SECRET).update(signed).digest('base64url')}`;
}

/** Sends something by the shop's own id, and returns the chat's. The same again changes nothing. */
async function send(path, body) {
  const headers = { authorization: `Bearer ${STOA_TOKEN}`, 'content-type': 'application/json' };
  const sent = { ...body, changed_at: '2026-05-31T14:06:00Z' };
  const response = await fetch(`${STOA_URL}/api/external/${path}`, { method: 'PUT', headers, body: JSON.stringify(sent) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`The chat does not take ${path}: ${answer.title}`);
  return answer.id;
}

/** What is sold: the shop's own goods, the chat's ids of listings, or those that the chat's demo has. */
async function catalogue() {
  if (STOA_TOKEN) {
    await send('users/shop', { name: 'Plain goods' });
    const listing = async ({ id, ...item }) =>
      ({ id: await send(`listings/${id}`, { host: 'shop', kind: 'item', ...item }), title: item.title });
    return Promise.all(goods.map(listing));
  }
  if (STOA_LISTINGS) return STOA_LISTINGS.split(',').map((id, index) => ({ id, title: `Item ${index + 1}` }));
  const response = await fetch(`${STOA_URL}/rpc/get_listings`);
  const { listings } = await response.json();
  return listings.slice(0, 6).map(({ id, title }) => ({ id, title }));
}

const html = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(user, title, body) {
  const account = user
    ? `<a href="/messages">Messages <stoa-unread-badge></stoa-unread-badge></a>
       <form method="post" action="/sign-out"><span>${html(user.name)}</span> <button>Sign out</button></form>`
    : users.map(({ id, name }) =>
        `<form method="post" action="/sign-in"><button name="user" value="${id}">Sign in as ${html(name)}</button></form>`).join('');
  const script = user ? `<script src="${STOA_URL}/embed.js" data-identity="/chat-identity" async></script>` : '';
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>${html(title)} · Plain shop</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/shop.css">
    ${script}
    <script src="/shop.js" defer></script>
  </head>
  <body>
    <header><a href="/">Plain shop</a>${account}</header>
    <main><h1>${html(title)}</h1>${body}</main>
  </body>
</html>`;
}

const policy = [
  "default-src 'none'",
  `script-src 'self' ${STOA_URL}`,
  `frame-src ${STOA_URL}`,
  `connect-src 'self' ${STOA_URL}`,
  "style-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files = {
  '/shop.css': ['text/css', readFileSync(new URL('shop.css', import.meta.url))],
  '/shop.js': ['text/javascript', readFileSync(new URL('shop.js', import.meta.url))],
};

function get(path, user) {
  if (path === '/') {
    const list = items.map(({ title }, index) => `<li><a href="/items/${index}">${html(title)}</a></li>`).join('');
    return page(user, 'What we have', `<ul>${list}</ul>`);
  }
  if (path === '/messages' && user) return page(user, 'Messages', '<stoa-inbox></stoa-inbox>');
  const item = items[Number(/^\/items\/(\d+)$/.exec(path)?.[1])];
  if (!item) return;
  const contact = user
    ? `<stoa-contact-button listing="${html(item.id)}">Ask about it</stoa-contact-button>`
    : '<p>Sign in to ask about it.</p>';
  return page(user, item.title, contact);
}

function post(path, fields, cookie, headers) {
  if (path === '/sign-in') {
    const user = users.find(({ id }) => id === fields.get('user'));
    if (!user) return false;
    const session = randomBytes(24).toString('base64url');
    sessions.set(session, user);
    headers['set-cookie'] = `shop=${session}; HttpOnly; SameSite=Lax; Path=/`;
    return true;
  }
  if (path !== '/sign-out') return false;
  sessions.delete(cookie);
  headers['set-cookie'] = 'shop=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0';
  return true;
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://shop');
  const cookie = /(?:^|; )shop=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  const user = sessions.get(cookie);
  const headers = { 'content-security-policy': policy, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  const answer = (status, type, body) => response.writeHead(status, { ...headers, 'content-type': type }).end(body);
  if (request.method === 'POST') {
    let body = '';
    for await (const piece of request) if ((body += piece).length > 1_000) return answer(413, 'text/plain', 'Too large');
    if (!post(pathname, new URLSearchParams(body), cookie, headers)) return answer(404, 'text/plain', 'Not found');
    return response.writeHead(303, { ...headers, location: '/' }).end();
  }
  if (files[pathname]) return answer(200, ...files[pathname]);
  // The only thing that the chat needs of the shop: who is this?
  if (pathname === '/chat-identity') return user ? answer(200, 'text/plain', sign(user)) : answer(401, 'text/plain', '');
  const found = get(pathname, user);
  return found ? answer(200, 'text/html; charset=utf-8', found) : answer(404, 'text/plain', 'Not found');
});
server.listen(Number(PORT), () => console.log(`The shop is at http://localhost:${server.address().port}`));
