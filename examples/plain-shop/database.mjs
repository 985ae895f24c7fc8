// The shop's users, items and orders, and what the chat has told it: in one JSON file, as long as the shop is small.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const FILE = process.env.SHOP_DATABASE ?? 'shop.json';
const HEARD_MAX = 10_000;

export const now = () => new Date().toISOString();

const first = () => ({
  // A real one has passwords.
  users: [
    { id: '1', name: 'Lena Berg', changed_at: now() },
    { id: '2', name: 'Omar Nasser', changed_at: now() },
    { id: '3', name: 'Oak & Ash', changed_at: now() },
  ],
  items: [
    { id: 'oak-table', host: '3', title: 'Oak table', price_minor: 42_000, changed_at: now() },
    { id: 'two-chairs', host: '3', title: 'Two chairs', price_minor: 12_500, changed_at: now() },
  ],
  orders: [],
  heard: [],
});

export const data = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : first();

function save() {
  writeFileSync(`${FILE}.new`, JSON.stringify(data, null, 1));
  renameSync(`${FILE}.new`, FILE);
}

const by = (list) => (id) => list.find((one) => one.id === id);
export const user = by(data.users);
export const item = by(data.items);
export const order = by(data.orders);

/** Those in which the user is guest or host. */
export const ordersOf = ({ id }) => data.orders.filter(({ guest, item: of }) => guest === id || item(of).host === id);

export function addOrder(item, guest) {
  const added = { id: randomUUID(), item: item.id, guest: guest.id, status: 'pending', by: 'guest', changed_at: now() };
  data.orders.push(added);
  save();
  return added;
}

/** Who may lead an order from one status to which. */
const STEPS = {
  host: { pending: ['accepted', 'declined'], accepted: ['completed', 'cancelled'] },
  guest: { pending: ['cancelled'], accepted: ['cancelled'] },
};

/** The user's part in an order: `guest`, `host` or nothing. */
export function partOf(user, order) {
  if (order.guest === user.id) return 'guest';
  if (item(order.item).host === user.id) return 'host';
}

export const steps = (user, order) => STEPS[partOf(user, order)]?.[order.status] ?? [];

/** Moves an order on, if the user may; says whether. */
export function move(user, order, status) {
  if (!steps(user, order).includes(status)) return false;
  Object.assign(order, { status, by: partOf(user, order), changed_at: now() });
  save();
  return true;
}

/** Keeps an event, once: the same one may come twice. */
export function keep(event) {
  if (data.heard.some(({ id }) => id === event.id)) return;
  const { conversation, order } = event.data;
  const about = { order: order?.external_id, item: conversation?.listing?.external_id, guest: conversation?.guest?.external_id };
  data.heard.push({ id: event.id, type: event.type, at: event.timestamp, ...about });
  data.heard.splice(0, data.heard.length - HEARD_MAX);
  save();
}

/** What the chat has told of the conversation of an order. */
export const heardOf = (order) => data.heard.filter(({ item, guest }) => item === order.item && guest === order.guest);
