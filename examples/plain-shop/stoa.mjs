// What a marketplace writes itself to have Stoa's chat: who its visitors are, what it trades, and what it is told.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

export const { STOA_URL = 'http://127.0.0.1:3000', STOA_KID, STOA_SECRET, STOA_TOKEN, STOA_WEBHOOK_SECRET } = process.env;
export const ISSUER = 'plain-shop';
if (!STOA_KID || !STOA_SECRET) throw new Error('Set STOA_KID and STOA_SECRET, as `stoa embed-key create plain-shop` prints them.');

/** A token that says who the visitor is: for five minutes, and for once. */
export function sign(user) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', kid: STOA_KID, typ: 'JWT' };
  const claims = { iss: ISSUER, sub: user.id, aud: STOA_URL, iat: now, exp: now + 300, jti: randomUUID(), name: user.name };
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', STOA_SECRET).update(signed).digest('base64url')}`;
}

async function call(method, path, type, body) {
  const headers = { authorization: `Bearer ${STOA_TOKEN}`, 'content-type': type };
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(`${STOA_URL}/api/${path}?issuer=${ISSUER}`, { method, headers, body, signal });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

/**
 * Sends how something is now, by the shop's own id. What the shop has done stays done if the chat can't be reached: it is logged,
 * and `sendAll` sends it again.
 */
export async function send(kind, id, body) {
  if (!STOA_TOKEN) return;
  try {
    await call('PUT', `external/${kind}s/${encodeURIComponent(id)}`, 'application/json', JSON.stringify(body));
  } catch (error) {
    console.error(`The ${kind} ${id} has not reached the chat: ${error.message}`);
  }
}

/** Sends everything, up to 1,000 at once: `{ type, id, … }` each. What the chat has already changes nothing. */
export async function sendAll(things) {
  for (let from = 0; STOA_TOKEN && from < things.length; from += 1_000) {
    await sendMany(things.slice(from, from + 1_000)).catch((error) => console.error('Not everything has reached the chat:', error));
  }
}

async function sendMany(things) {
  const lines = things.map((thing) => `${JSON.stringify(thing)}\n`);
  const answer = await call('POST', 'import', 'application/x-ndjson', lines.join(''));
  for (const { line, status, error } of answer.trim().split('\n').map((text) => JSON.parse(text))) {
    if (status !== 200) console.error(`The chat does not take ${lines[line - 1]}`, error);
  }
}

/** The event in a webhook; throws if it is not the chat that sent it. `body` is what came, as a string. */
export function verify(headers, body) {
  const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!STOA_WEBHOOK_SECRET || !(Math.abs(Date.now() / 1000 - Number(time)) < 300)) throw new Error('too old');
  const key = Buffer.from(STOA_WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
  const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  const found = (headers['webhook-signature'] ?? '').split(' ').map((one) => Buffer.from(one));
  if (!found.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted))) throw new Error('not signed');
  return JSON.parse(body);
}
