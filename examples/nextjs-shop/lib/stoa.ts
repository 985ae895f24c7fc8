// What a marketplace says to Stoa, on its server: who a visitor is, and how its users, items and orders are now.
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { STOA_URL } from './settings';

const ISSUER = 'nextjs-shop';
const IMPORT_MAX = 1_000;
const { STOA_KID, STOA_SECRET, STOA_TOKEN, STOA_WEBHOOK_SECRET } = process.env;

/** Something that the chat is told of: all of it, each time it has changed. */
export type Told = { type: 'user' | 'listing' | 'order'; id: string; changed_at: string } & Record<string, unknown>;

/** What is used here of an event. */
export type Event = {
  id: string;
  type: string;
  timestamp: string;
  data: { conversation: { listing?: Named; guest?: Named } | null };
};
type Named = { external_id: string | null } | null;

/** A token that says who the visitor is: for five minutes, and for once. */
export function identity(user: { id: string; name: string }): Promise<string> {
  return new SignJWT({ name: user.name })
    .setProtectedHeader({ alg: 'HS256', kid: STOA_KID })
    .setIssuer(ISSUER)
    .setAudience(STOA_URL)
    .setSubject(user.id)
    .setExpirationTime('5 minutes')
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(STOA_SECRET));
}

/**
 * Sends how something is now, by the shop's own id. What the shop has done stays done if the chat can't be reached: it is logged,
 * and `sendAll` sends it again.
 */
export async function send({ type, id, ...body }: Told): Promise<void> {
  try {
    await call('PUT', `external/${type}s/${encodeURIComponent(id)}`, 'application/json', JSON.stringify(body));
  } catch (error) {
    console.error(`The ${type} ${id} has not reached the chat:`, error);
  }
}

/** Sends all of these. What the chat has already changes nothing. */
export async function sendAll(things: Told[]): Promise<void> {
  for (let from = 0; from < things.length; from += IMPORT_MAX) {
    const some = things.slice(from, from + IMPORT_MAX);
    await sendMany(some).catch((error) => console.error('Not everything has reached the chat:', error));
  }
}

async function sendMany(things: Told[]): Promise<void> {
  const lines = things.map((thing) => `${JSON.stringify(thing)}\n`);
  const answer = await call('POST', 'import', 'application/x-ndjson', lines.join(''));
  for (const { line, status, error } of answer.trim().split('\n').map((text) => JSON.parse(text))) {
    if (status !== 200) console.error(`The chat does not take ${lines[line - 1]}`, error);
  }
}

/** The event in a webhook; nothing if it is not the chat that sent it. */
export function verified(body: string, headers: Headers): Event | undefined {
  try {
    return new Webhook(STOA_WEBHOOK_SECRET!).verify(body, Object.fromEntries(headers)) as Event;
  } catch {
    return undefined;
  }
}

async function call(method: string, path: string, type: string, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${STOA_TOKEN}`, 'content-type': type };
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(`${STOA_URL}/api/${path}?issuer=${ISSUER}`, { method, headers, body, signal });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.text();
}
