// A small shop with users, items and orders of its own, whose pages have Stoa's chat, inbox and badge. Node alone, no packages.
//
// stoa.mjs has what is said to the chat; here are the pages.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as database from './database.mjs';
import { STOA_TOKEN, STOA_URL, send, sendAll, sign, verify } from './stoa.mjs';

const { PORT = '4000', STOA_LISTINGS = '' } = process.env;
const SHOP_URL = process.env.SHOP_URL ?? `http://localhost:${PORT}`;
const BODY_MAX = 65_536;

/** Signed-in browsers: the cookie's value, and whose it is. */
const sessions = new Map();

/** What is sold: the shop's own items; without a token to send them by, listings that the chat has already, by its own ids. */
const listings = STOA_LISTINGS.split(',').filter(Boolean);
const items = STOA_TOKEN ? database.data.items : listings.map((id, index) => ({ id, title: `Item ${index + 1}` }));

// What is said to the chat of each: all of it, each time. Whose `changed_at` is older changes nothing there.
const shown = {
  user: ({ id, name, changed_at }) => ({ id, name, changed_at }),
  listing: ({ id, host, title, price_minor, changed_at }) =>
    ({ id, kind: 'item', host, title, price_minor, url: `${SHOP_URL}/items/${id}`, changed_at }),
  order: ({ id, item, guest, status, by, changed_at }) =>
    ({ id, listing: item, guest, status, by, url: `${SHOP_URL}/orders/${id}`, changed_at }),
};

function sendOrder(order) {
  const { id, ...body } = shown.order(order);
  return send('order', id, body);
}

const everything = () =>
  [['user', database.data.users], ['listing', database.data.items], ['order', database.data.orders]]
    .flatMap(([type, list]) => list.map((one) => ({ type, ...shown[type](one) })));

const html = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const euros = (minor) => `€${(minor / 100).toFixed(2)}`;
const button = (action, label, name = '', value = '') =>
  `<form method="post" action="${action}"><button name="${name}" value="${html(value)}">${html(label)}</button></form>`;

function page(user, title, body) {
  const account = user
    ? `<a href="/orders">Orders</a> <a href="/messages">Messages <stoa-unread-badge></stoa-unread-badge></a>
       <span>${html(user.name)}</span> ${button('/sign-out', 'Sign out')}`
    : database.data.users.map(({ id, name }) => button('/sign-in', `Sign in as ${name}`, 'user', id)).join('');
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

const list = (lines) => `<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>`;

function get(path, user) {
  if (path === '/') {
    return page(user, 'What we have', list(items.map(({ id, title }) => `<a href="/items/${id}">${html(title)}</a>`)));
  }
  const [, kind, id] = /^\/(\w+)(?:\/([\w-]+))?$/.exec(path) ?? [];
  if (kind === 'messages' && user) return page(user, 'Messages', '<stoa-inbox></stoa-inbox>');
  if (kind === 'orders' && user) return id ? orderPage(user, database.order(id)) : ordersPage(user);
  const item = kind === 'items' && items.find((one) => one.id === id);
  return item && itemPage(user, item);
}

function itemPage(user, item) {
  const order = STOA_TOKEN && user?.id !== item.host ? button(`/items/${item.id}`, 'Order it') : '';
  const body = user
    ? `<stoa-contact-button listing="${html(item.id)}">Ask about it</stoa-contact-button> ${order}`
    : '<p>Sign in to ask about it.</p>';
  return page(user, item.title, (item.price_minor ? `<p>${euros(item.price_minor)}</p>` : '') + body);
}

function ordersPage(user) {
  const line = ({ id, item, status }) => `<a href="/orders/${id}">${html(database.item(item).title)}</a>: ${status}`;
  return page(user, 'Orders', list(database.ordersOf(user).map(line)));
}

const LABELS = { accepted: 'Accept', declined: 'Decline', completed: 'Complete', cancelled: 'Cancel' };

function orderPage(user, order) {
  if (!order || !database.partOf(user, order)) return;
  const steps = database.steps(user, order).map((status) => button(`/orders/${order.id}`, LABELS[status], 'status', status));
  const heard = database.heardOf(order).map(({ type, at }) => `${html(type)} <time>${html(at)}</time>`);
  return page(user, `Order of ${database.item(order.item).title}`, `
    <p>Status: <strong>${order.status}</strong></p> ${steps.join(' ')}
    <stoa-chat order="${order.id}"></stoa-chat>
    <h2>What the chat has told the shop</h2> ${list(heard)}`);
}

/** Does what a form says, and gives the page that follows; nothing if it may not be. */
async function post(path, fields, { user, cookie, headers }) {
  const [, kind, id] = /^\/([\w-]+)(?:\/([\w-]+))?$/.exec(path) ?? [];
  if (kind === 'sign-in') {
    const user = database.user(fields.get('user'));
    if (!user) return;
    const session = randomBytes(24).toString('base64url');
    sessions.set(session, user);
    headers['set-cookie'] = `shop=${session}; HttpOnly; SameSite=Lax; Path=/`;
    return '/';
  }
  if (kind === 'sign-out') {
    sessions.delete(cookie);
    headers['set-cookie'] = 'shop=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0';
    return '/';
  }
  const item = kind === 'items' && STOA_TOKEN && database.item(id);
  let order = kind === 'orders' && database.order(id);
  if (user && item && item.host !== user.id) order = database.addOrder(item, user);
  else if (!user || !order || !database.move(user, order, fields.get('status'))) return;
  await sendOrder(order);
  return `/orders/${order.id}`;
}

async function handle(request, response) {
  const { pathname } = new URL(request.url, SHOP_URL);
  const cookie = /(?:^|; )shop=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  const user = sessions.get(cookie);
  const headers = { 'content-security-policy': policy, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  const answer = (status, type = 'text/plain', body = '') =>
    response.writeHead(status, { ...headers, 'content-type': type }).end(body);
  if (request.method === 'POST') {
    const pieces = [];
    let size = 0;
    for await (const piece of request) {
      if ((size += piece.length) > BODY_MAX) return answer(413);
      pieces.push(piece);
    }
    const body = Buffer.concat(pieces).toString();
    if (pathname === '/webhooks/stoa') return answer(hear(request.headers, body));
    const next = await post(pathname, new URLSearchParams(body), { user, cookie, headers });
    return next ? response.writeHead(303, { ...headers, location: next }).end() : answer(404, 'text/plain', 'Not found');
  }
  if (files[pathname]) return answer(200, ...files[pathname]);
  // All that the elements need of the shop: who is this?
  if (pathname === '/chat-identity') return user ? answer(200, 'text/plain', sign(user)) : answer(401);
  const found = get(pathname, user);
  return found ? answer(200, 'text/html; charset=utf-8', found) : answer(404, 'text/plain', 'Not found');
}

/** Takes an event of the chat; gives the status of the answer. */
function hear(headers, body) {
  let event;
  try {
    event = verify(headers, body);
  } catch {
    return 401;
  }
  database.keep(event);
  return 204;
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
await sendAll(everything());
server.listen(Number(PORT), () => console.log(`The shop is at http://localhost:${server.address().port}`));
