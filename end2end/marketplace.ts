// The people of a test, what they offer and what they have said already. What a test is not
// about is done over HTTP, as the pages themselves would do it, which is quicker than clicking.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { APIRequestContext, Browser, BrowserContext, BrowserContextOptions, LaunchOptions, Page } from '@playwright/test';
import type { Site, Visitor } from './in_frame';
import type { Server } from './server';

export const DEMO_PASSWORD = 'stoa-demo-2026';
export const PASSWORD = 'correct horse battery';
const COOKIE = 'stoa_session';

export type Offer = { id: string; title: string };
export type Watch = (context: BrowserContext) => void;

/** Makes people and things that no other test knows. */
export class Marketplace {
  private readonly contexts: BrowserContext[] = [];

  constructor(
    readonly server: Server,
    private readonly browser: Browser,
    private readonly watch: Watch,
    /** Sessions of demo people, kept as long as the server: sign-ins are limited. */
    private readonly sessions: Map<string, string>,
    /** How a browser of its own is started. */
    private readonly launch: LaunchOptions & BrowserContextOptions,
    /** The site in whose frames people are who sign up, if not on our own pages. */
    private readonly site?: Site,
  ) {}

  /** A browser in which nobody is signed in. */
  async visitor(options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browser.newContext(options);
    await this.prepare(context);
    return new Person(this.server, context, await context.newPage());
  }

  /** A browser that keeps everything in `folder` when it is closed, as people's browsers do. */
  async device(folder: string): Promise<Person> {
    const context = await this.browser.browserType().launchPersistentContext(folder, this.launch);
    await this.prepare(context);
    return new Person(this.server, context, context.pages()[0] ?? (await context.newPage()));
  }

  /** Watches a new browser. With STOA_LANGUAGE=ar-XB all of them read mirrored pages (docs/decisions/0035-words.md). */
  private async prepare(context: BrowserContext): Promise<void> {
    this.contexts.push(context);
    this.watch(context);
    const language = process.env.STOA_LANGUAGE;
    if (language) await context.addCookies([{ name: 'language', value: language, url: this.server.url }]);
  }

  /** Somebody new, in a browser of his own. */
  async signUp(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    if (this.site) return this.visit(this.site, name, options);
    const email = `${randomBytes(6).toString('hex')}@people.example`;
    const token = await session(this.server, '/rpc/sign_up', { name, email, password: PASSWORD });
    const person = await this.visitor(options);
    await person.enter(token);
    return Object.assign(person, { name, email, password: PASSWORD, token });
  }

  /** Somebody new to the other site. */
  private async visit(site: Site, name: string, options: BrowserContextOptions): Promise<Person> {
    const visitor = { id: randomBytes(6).toString('hex'), name };
    const token = await site.tokenOf(visitor);
    const context = await this.browser.newContext(options);
    await this.prepare(context);
    const person = new Person(this.server, context, await site.admit(visitor, context));
    person.headers.authorization = `Bearer ${token}`;
    return Object.assign(person, { name, token, visitor });
  }

  /** One of the demo's people, by the first part of the address: noor, tomas, ana … */
  async demo(key: string, options: BrowserContextOptions = {}): Promise<Person> {
    const email = `${key}@demo.stoa.example`;
    const token =
      this.sessions.get(email) ??
      (await session(this.server, '/rpc/sign_in', { email, password: DEMO_PASSWORD }));
    this.sessions.set(email, token);
    const person = await this.visitor(options);
    await person.enter(token);
    return Object.assign(person, { email, password: DEMO_PASSWORD, token });
  }

  /** A listing of `host` with a title that no other has. */
  async offer(host: Person, about = 'Houseboat', kind = 'stay'): Promise<Offer> {
    if (!this.site || !host.visitor) return host.offer(about, kind);
    const title = unique(about);
    return { id: await this.site.offer(host.visitor, title, kind), title };
  }

  /** The conversation of `guest` about a listing; gives its id. */
  async conversation(guest: Person, offer: Offer): Promise<string> {
    return (await guest.post('get_or_create_conversation', { listing_id: offer.id })).id;
  }

  /** Two who have written to each other, and so may invite and see each other; gives the id of their conversation. */
  async acquaint(one: Person, other: Person): Promise<string> {
    const conversation = await this.conversation(one, await this.offer(other));
    for (const person of [one, other]) await person.say(conversation, 'Hello');
    return conversation;
  }

  /** A guest and a host in the middle of a talk; each line is `guest: …` or `host: …`. */
  async talk(lines: string[] = [], browsers: { guest?: BrowserContextOptions; host?: BrowserContextOptions } = {}) {
    const guest = await this.signUp('Gesa Guest', browsers.guest);
    const host = await this.signUp('Hanno Host', browsers.host);
    const offer = await this.offer(host);
    const conversation = await this.conversation(guest, offer);
    for (const line of lines) {
      const [, who, text] = /^(guest|host): ([^]*)$/.exec(line) ?? [];
      await (who === 'guest' ? guest : host).say(conversation, text);
    }
    return { guest, host, offer, conversation, path: `/messages/${conversation}` };
  }

  /** An order of `guest` of a listing; gives its code and the path of its conversation. */
  async order(guest: Person, offer: Offer): Promise<{ code: string; path: string; conversation: string }> {
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const made = await guest.post('create_order', {
      order_id: uuidV7(),
      listing_id: offer.id,
      'draft[starts_on]': day(7),
      'draft[ends_on]': day(9),
      'draft[quantity]': '2',
    });
    return { code: made.card.code, path: `/messages/${made.conversation}`, conversation: made.conversation };
  }

  async close(): Promise<void> {
    await Promise.all(this.contexts.map((context) => context.close()));
  }
}

/** Somebody who is signed in, over HTTP alone. */
export class Account {
  /** Of their requests: as our own pages send them. */
  readonly headers: Record<string, string>;

  constructor(
    protected readonly server: Server,
    private readonly request: APIRequestContext,
  ) {
    this.headers = { origin: server.url };
  }

  /** Calls a server function as the page would. */
  async post(name: string, form: Record<string, string>): Promise<any> {
    const answer = await this.attempt(name, form);
    if (!answer.ok()) throw new Error(`${name}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  attempt(name: string, form: Record<string, string>) {
    return this.request.post(`${this.server.url}/rpc/${name}`, {
      form,
      headers: this.headers,
    });
  }

  /** Asks the HTTP API, as one of our own pages would. */
  async api(method: string, path: string, data?: object): Promise<any> {
    const answer = await this.request.fetch(`${this.server.url}${path}`, {
      method,
      data,
      headers: this.headers,
    });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  /** This person's id. */
  async me(): Promise<string> {
    return (await this.api('GET', '/api/users/me')).id;
  }

  /** A listing of theirs with a title that no other has. */
  async offer(about = 'Houseboat', kind = 'stay'): Promise<Offer> {
    const title = unique(about);
    const id = await this.post('create_listing', {
      listing_id: uuidV7(),
      'draft[kind]': kind,
      'draft[title]': title,
      'draft[place]': 'Utrecht, Netherlands',
      'draft[price]': '95',
      'draft[description]': 'Made for a test, and gone with it.',
    });
    return { id, title };
  }

  async say(conversation: string, body: string): Promise<void> {
    await this.post('send_message', { message_id: uuidV7(), conversation_id: conversation, body });
  }

  /** Accepts an invitation into a room. */
  async accept(room: string): Promise<void> {
    await this.post('accept_invitation', { conversation_id: room, message_id: uuidV7() });
  }
}

/** Somebody at a browser. */
export class Person extends Account {
  name = '';
  email = '';
  password = '';
  /** The session that was begun for them. */
  token = '';
  /** Who they are on the other site. */
  visitor?: Visitor;

  constructor(
    server: Server,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    super(server, context.request);
  }

  /** Takes up a session that was begun elsewhere. */
  async enter(token: string): Promise<void> {
    await this.context.addCookies([
      { name: COOKIE, value: token, url: this.server.url, httpOnly: true, sameSite: 'Lax' },
    ]);
  }

  /** Loads a page and waits until its script runs. */
  async open(path: string): Promise<Page> {
    await this.page.goto(path);
    await awake(this.page);
    return this.page;
  }

  /** One more tab of the same browser. */
  async openTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(path);
    await awake(page);
    return page;
  }

  /** Ends the session without this browser knowing: it keeps its cookie. */
  async endSessionElsewhere(): Promise<void> {
    const cookies = await this.context.cookies();
    const token = cookies.find((cookie) => cookie.name === COOKIE)?.value;
    const answer = await fetch(`${this.server.url}/rpc/sign_out`, {
      method: 'POST',
      headers: { origin: this.server.url, cookie: `${COOKIE}=${token}` },
    });
    if (!answer.ok) throw new Error(`sign_out: ${answer.status}`);
  }
}

/** Waits until the page's script has taken over and drawn once. */
export async function awake(page: Page): Promise<void> {
  const isInteractive = () => 'interactive' in document.documentElement.dataset;
  await page.waitForFunction(isInteractive, undefined, { timeout: 30_000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
}

/** A word that no other test has: searches find one thing. */
export function unique(word: string): string {
  return `${word} ${randomBytes(4).toString('hex')}`;
}

export function uuidV7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

let visits = 0;

/** Signs up or in and gives the session's token. */
export function session(server: Server, path: string, form: Record<string, string>): Promise<string> {
  visits += 1;
  return new Promise((resolve, reject) => {
    const call = request(
      `${server.url}${path}`,
      {
        method: 'POST',
        headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' },
        // Sign-ups are limited by address; each of these people has one of his own. Only Linux
        // lets the whole loopback network call.
        localAddress: process.platform === 'linux' ? `127.0.${1 + (visits >> 8)}.${visits & 255}` : undefined,
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () => {
          const cookie = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith(`${COOKIE}=`));
          const token = cookie?.slice(COOKIE.length + 1).split(';')[0];
          token ? resolve(token) : reject(new Error(`${path}: ${answer.statusCode} ${text}`));
        });
      },
    );
    call.on('error', reject);
    call.end(new URLSearchParams(form).toString());
  });
}
