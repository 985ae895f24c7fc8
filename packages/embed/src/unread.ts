/** How many messages the visitor has not read: told by a frame of this page, and asked for where there is none. */
import { identity, origin, whenReady } from './settings.js';

const POLL_MS = 30_000;

let count = 0;
let token = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;
const listeners = new Set<() => void>();

/** The number now; 0 until it is known. */
export function unread(): number {
  return count;
}

/** Calls back after each change, and has the number asked for as long as anybody listens. Returns how to stop that. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) follow();
  return () => {
    listeners.delete(listener);
    if (!listeners.size) stop();
  };
}

/** A frame says so, which is newer than what was asked. */
export function setUnread(now: number): void {
  if (listeners.size) later();
  if (now === count) return;
  count = now;
  for (const listener of [...listeners]) listener();
}

/** Ends what was opened for the badge. */
export async function endBadge(): Promise<void> {
  const left = leaveBadge();
  stop();
  await left;
}

/** The same where the visitor has signed out in another tab: it goes on asking. */
export async function leaveBadge(): Promise<void> {
  const ended = token;
  token = '';
  asked += 1;
  setUnread(0);
  if (ended) await request('DELETE', 'session', ended).catch(() => {});
}

let unfollow: (() => void) | undefined;

function follow(): void {
  document.addEventListener('visibilitychange', ask);
  unfollow = whenReady(() => {
    token = '';
    ask();
  });
}

function stop(): void {
  document.removeEventListener('visibilitychange', ask);
  unfollow?.();
  unfollow = undefined;
  clearTimeout(timer);
}

function later(): void {
  clearTimeout(timer);
  timer = setTimeout(ask, POLL_MS);
}

async function ask(): Promise<void> {
  if (document.hidden) return;
  const turn = ++asked;
  later();
  try {
    const now = await fetchUnread();
    if (turn === asked && now !== undefined) setUnread(now);
  } catch {
    // Without a network the number stays, and is asked for again.
  }
}

async function fetchUnread(): Promise<number | undefined> {
  if (token) {
    const response = await request('GET', 'unread', token);
    if (response.ok) return (await response.json()).unread;
    if (response.status !== 401) return undefined;
  }
  const signed = await identity();
  if (!signed) return 0;
  const response = await request('POST', 'session', '', JSON.stringify({ identity: signed }));
  if (!response.ok) return undefined;
  const made = await response.json();
  token = made.token;
  return made.unread;
}

function request(method: string, path: string, bearer: string, body?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  if (body) headers['content-type'] = 'application/json';
  return fetch(`${origin()}/embed/${path}`, { method, headers, body, credentials: 'omit', cache: 'no-store' });
}
