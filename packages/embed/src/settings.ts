/** Where the chat is, and who the visitor is: what all elements of a page share. */

/** What begins every secret that signs identities. One that reaches a page is lost. */
const SECRET_PREFIX = 'stoa_embed_secret_';

/**
 * Gives a new signed identity of the visitor, or nothing if nobody is signed in. It is asked for each element, and again every ten
 * minutes or so; each token is good once.
 */
export type GetIdentity = () => Promise<string | null | undefined>;

export interface Options {
  /** The address of the chat, like https://chat.example.com. From a script tag it is where the script came from. */
  url?: string;
  /** A function, or a path of your own server that answers with the token as text. */
  identity: GetIdentity | string;
}

let url = '';
let getIdentity: GetIdentity | undefined;
const starts = new Set<() => void>();

/** Sets both. Elements that are on the page already begin, or begin anew. */
export function init(options: Options): void {
  if (options.url) url = new URL(options.url).origin;
  const { identity } = options;
  getIdentity = typeof identity === 'string' ? () => fetchIdentity(identity) : identity;
  for (const start of [...starts]) start();
}

/** The origin of the chat. Messages and requests go there and are taken from there alone. */
export function origin(): string {
  return url;
}

/** Calls back now, if there is somebody to ask who the visitor is, and after each `init`. Returns how to stop that. */
export function whenReady(start: () => void): () => void {
  starts.add(start);
  if (url && getIdentity) start();
  return () => starts.delete(start);
}

/** A new signed identity; nothing if nobody is signed in. */
export async function identity(): Promise<string | undefined> {
  const token = (await getIdentity?.()) || undefined;
  if (token?.includes(SECRET_PREFIX)) throw new Error('This is the secret. Keep it on your server, and send a signed token.');
  return token;
}

async function fetchIdentity(path: string): Promise<string | undefined> {
  const response = await fetch(path, { credentials: 'same-origin', cache: 'no-store' });
  if (response.status === 429 || response.status >= 500) throw new Error(`${path}: ${response.status}`);
  return response.status === 200 ? (await response.text()).trim() : undefined;
}
