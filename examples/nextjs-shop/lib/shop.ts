// The shop's users, items and orders, and what the chat has told it.
import { randomUUID } from 'node:crypto';
import { all, get, run } from './database';
import { SHOP_URL } from './settings';
import { send, type Event, type Told } from './stoa';

export type User = { id: string; name: string; changed_at: string };
export type Item = { id: string; host: string; title: string; price_minor: number; changed_at: string };
export type Order = { id: string; item: string; guest: string; status: string; by: Part; changed_at: string };
type Part = 'guest' | 'host';
/** An order with what its pages show of the item. */
export type Ordered = Order & { host: string; title: string };

const ORDERED = 'SELECT orders.*, host, title FROM orders JOIN items ON items.id = item';

export const users = () => all<User>('SELECT * FROM users ORDER BY id');
export const user = (id: string) => get<User>('SELECT * FROM users WHERE id = ?', id);
export const items = () => all<Item>('SELECT * FROM items ORDER BY title');
export const item = (id: string) => get<Item>('SELECT * FROM items WHERE id = ?', id);

/** Those in which the user is guest or host, newest first. */
export const ordersOf = ({ id }: User) =>
  all<Ordered>(`${ORDERED} WHERE ? IN (guest, host) ORDER BY orders.changed_at DESC`, id);
/** An order, if it is the user's. */
export const orderOf = (user: User, id: string) =>
  get<Ordered>(`${ORDERED} WHERE orders.id = ? AND ? IN (guest, host)`, id, user.id);

export async function order(item: Item, guest: User): Promise<string> {
  const id = randomUUID();
  run('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)', id, item.id, guest.id, 'pending', 'guest', now());
  await sendOrder(id);
  return id;
}

const STEPS: Record<Part, Record<string, string[]>> = {
  host: { pending: ['accepted', 'declined'], accepted: ['completed', 'cancelled'] },
  guest: { pending: ['cancelled'], accepted: ['cancelled'] },
};

const partOf = (user: User, order: Ordered): Part => (order.guest === user.id ? 'guest' : 'host');

/** What the user may make of an order. */
export const steps = (user: User, order: Ordered) => STEPS[partOf(user, order)][order.status] ?? [];

/** Moves an order on, unless somebody else has just done so. */
export async function move(user: User, order: Ordered, status: string): Promise<void> {
  if (!steps(user, order).includes(status)) return;
  const update = 'UPDATE orders SET status = ?, by = ?, changed_at = ? WHERE id = ? AND status = ?';
  if (run(update, status, partOf(user, order), now(), order.id, order.status)) await sendOrder(order.id);
}

/** Keeps an event, once: the same one may come twice. */
export function keep({ id, type, timestamp, data: { conversation } }: Event): void {
  const [item, guest] = [conversation?.listing?.external_id ?? null, conversation?.guest?.external_id ?? null];
  run('INSERT OR IGNORE INTO heard VALUES (?, ?, ?, ?, ?)', id, type, timestamp, item, guest);
}

/** What the chat has told of the conversation of an order. */
export const heardOf = ({ item, guest }: Order) =>
  all<{ id: string; type: string; at: string }>('SELECT * FROM heard WHERE item = ? AND guest = ? ORDER BY at', item, guest);

/** All that the chat is told of, what others name before those. */
export const everything = (): Told[] => [
  ...users().map((user): Told => ({ type: 'user', ...user })),
  ...items().map((item): Told => ({ type: 'listing', kind: 'item', ...item, url: `${SHOP_URL}/items/${item.id}` })),
  ...all<Order>('SELECT * FROM orders').map(told),
];

const told = ({ item, ...order }: Order): Told =>
  ({ type: 'order', ...order, listing: item, url: `${SHOP_URL}/orders/${order.id}` });

const sendOrder = (id: string) => send(told(get<Order>('SELECT * FROM orders WHERE id = ?', id)!));

const now = () => new Date().toISOString();
