// STOA_IN_FRAME=1: the people of the tests have their pages in frames of another site, as visitors of it (docs/embedding.md). Tests
// that are also for frames have @frame in their titles; script/in-frame runs them.
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { BrowserContext, Frame, Page } from '@playwright/test';
import { built, type Server } from './server';

export const isInFrame = !!process.env.STOA_IN_FRAME;

const ISSUER = 'another-site';
const COOKIE = 'visitor';
const run = promisify(execFile);

/** Whom the site knows: its own id and name of them. */
export type Visitor = { id: string; name: string };

/** A site with nothing but frames, each as large as the window. */
export class Site {
  private kid = '';
  private secret = '';
  private token = '';
  private chat = '';

  private constructor(private readonly http: HttpServer) {}

  static async open(): Promise<Site> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const site = new Site(http);
    http.on('request', (request, response) => site.answer(request, response));
    return site;
  }

  /** To a browser another site than that of `Server.url`. */
  get url(): string {
    return `http://localhost:${(this.http.address() as AddressInfo).port}`;
  }

  /** What `stoa serve` at this URL has to be told. */
  options(url: string): string[] {
    return ['--public-url', url, '--embed-site', this.url];
  }

  /** Gets from this server what signs identities and sends listings. */
  async join(server: Server): Promise<void> {
    this.chat = server.url;
    ({ kid: this.kid, secret: this.secret } = await server.makeEmbedKey(ISSUER));
    const admin = ['aino@demo.stoa.example', 'Another site', '--scopes', 'manage'];
    this.token = (await run(built(), ['user', 'token', ...admin, '--database', server.database])).stdout.trim();
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** Signs a browser in. Gives its page as tests know it: what is in the frame is found as if it were the page itself. */
  async admit(visitor: Visitor, context: BrowserContext): Promise<Page> {
    const value = Buffer.from(JSON.stringify(visitor)).toString('base64url');
    await context.addCookies([{ name: COOKIE, value, url: this.url }]);
    await context.addInitScript(blockStorage);
    return framed(await context.newPage(), this.url, this.chat);
  }

  /** A token with which a frame of this visitor would ask. */
  async tokenOf(visitor: Visitor): Promise<string> {
    const answer = await this.ask('POST', '/embed/session', { identity: this.identity(visitor) });
    return answer.token;
  }

  /** Sends a listing of this visitor's; gives Stoa's id of it. */
  async offer(host: Visitor, title: string, kind: string): Promise<string> {
    const listing = { host: host.id, kind, title, place: 'Utrecht, Netherlands', price_minor: 9_500, changed_at: new Date() };
    return (await this.ask('PUT', `/api/external/listings/${randomUUID()}?issuer=${ISSUER}`, listing)).id;
  }

  /** Ends all that is open of this visitor, who goes on being signed in here. */
  async endSessions({ id }: Visitor): Promise<void> {
    await this.ask('DELETE', `/api/external/users/${id}/sessions?issuer=${ISSUER}`);
  }

  private async ask(method: string, path: string, body?: object): Promise<any> {
    const headers = { authorization: `Bearer ${this.token}`, origin: this.url, 'content-type': 'application/json' };
    const answer = await fetch(`${this.chat}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  private identity({ id, name }: Visitor): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: ISSUER, sub: id, aud: this.chat, exp: Math.floor(Date.now() / 1000) + 300, jti: randomUUID(), name };
    const signed = `${part({ alg: 'HS256', kid: this.kid })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', this.secret).update(signed).digest('base64url')}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url!, this.url);
    if (pathname === '/identity') {
      const value = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')![1];
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
      response.end(this.identity(JSON.parse(Buffer.from(value, 'base64url').toString())));
      return;
    }
    const [, conversation] = /^\/messages(?:\/([\w-]+))?$/.exec(pathname) ?? [];
    const element = conversation ? `<stoa-chat conversation="${conversation}"></stoa-chat>` : '<stoa-inbox></stoa-inbox>';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Another site</title>
<link rel="icon" href="data:,">
<style>
  body { margin: 0 }
  stoa-chat, stoa-inbox { block-size: 100dvh; border: 0; border-radius: 0 }
</style>
<script src="${this.chat}/embed.js" data-identity="/identity" async></script>
${element}`);
  }
}

/** As a browser that keeps nothing for frames: each way to storage throws. */
export function blockStorage(): void {
  if (window.top === window) return;
  const refuse = () => {
    throw new DOMException('no storage in frames', 'SecurityError');
  };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    Object.defineProperty(window, name, { get: refuse, configurable: true });
  }
  Object.defineProperty(Document.prototype, 'cookie', { get: refuse, set: refuse, configurable: true });
}

/** What is found in the frame, and what runs there. All else is the page's: keys, the mouse, its network, its clock. */
const FOUND = /^(locator|frameLocator|getBy\w+)$/;
const RUN = /^(evaluate|evaluateHandle|waitForFunction)$/;

function framed(page: Page, site: string, chat: string): Page {
  const isOfChat = (frame: Frame) => frame.url().startsWith(`${chat}/`);
  const frame = async () => page.frames().find(isOfChat) ?? page.waitForEvent('framenavigated', isOfChat);
  const own: Record<string, unknown> = {
    goto: (path: string) => page.goto(new URL(path, site).href),
    frames: () => page.frames().filter(isOfChat),
  };
  return new Proxy(page, {
    get(_, name) {
      const key = String(name);
      if (key in own) return own[key];
      if (FOUND.test(key)) {
        const inside: any = page.frameLocator(':is(stoa-chat, stoa-inbox) iframe');
        return inside[key].bind(inside);
      }
      if (RUN.test(key)) return async (...given: unknown[]) => ((await frame()) as any)[key](...given);
      const value = Reflect.get(page, name);
      return typeof value === 'function' ? value.bind(page) : value;
    },
  });
}
