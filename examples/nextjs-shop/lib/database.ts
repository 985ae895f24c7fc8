// The shop's own database. It is opened by the first question, since `next build` loads this too.
import { Database } from 'node-sqlite3-wasm';

let open: Database | undefined;

function database(): Database {
  if (open) return open;
  open = new Database(process.env.SHOP_DATABASE ?? 'shop.db');
  open.exec(SCHEMA);
  return open;
}

type Values = (string | number | null)[];

export const all = <Row>(sql: string, ...values: Values) => database().all(sql, values) as Row[];
export const get = <Row>(sql: string, ...values: Values) => (database().get(sql, values) ?? undefined) as Row | undefined;
/** Gives how many rows it has changed. */
export const run = (sql: string, ...values: Values) => database().run(sql, values).changes;

const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ')";
const SCHEMA = `
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT NOT NULL, changed_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users);
CREATE TABLE IF NOT EXISTS items (
  id TEXT PRIMARY KEY, host TEXT NOT NULL REFERENCES users, title TEXT NOT NULL, price_minor INTEGER NOT NULL,
  changed_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS orders (
  id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES items, guest TEXT NOT NULL REFERENCES users, status TEXT NOT NULL,
  by TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS heard (id TEXT PRIMARY KEY, type TEXT NOT NULL, at TEXT NOT NULL, item TEXT, guest TEXT);
INSERT OR IGNORE INTO users VALUES ('1', 'Lena Berg', ${NOW}), ('2', 'Omar Nasser', ${NOW}), ('3', 'Oak & Ash', ${NOW});
INSERT OR IGNORE INTO items VALUES
  ('oak-table', '3', 'Oak table', 42000, ${NOW}), ('two-chairs', '3', 'Two chairs', 12500, ${NOW});
`;
