// The shops of examples/, each as a site of its own: a server with users that Stoa doesn't know. script/shop installs those that
// need packages.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uuidV7, type Person } from './marketplace';
import type { Server } from './server';

const PATIENCE_MS = 60_000;
const HEARD = ['message.created', 'order.created', 'order.status_changed'];
const folder = (kind: Kind) => fileURLToPath(new URL(`../examples/${kind}-shop`, import.meta.url));

export const KINDS = ['plain', 'nextjs', 'django'] as const;
export type Kind = (typeof KINDS)[number];
type Env = Record<string, string>;

/** How each is started on a port. */
const COMMANDS: Record<Kind, (port: number) => string[]> = {
  plain: () => [process.execPath, 'server.mjs'],
  nextjs: (port) => [process.execPath, 'node_modules/next/dist/bin/next', 'start', '--port', `${port}`],
  django: () => [process.env.STOA_DJANGO_SHOP_PYTHON!, 'manage.py', 'shop'],
};

/** Whether `script/shop install` has been run, for those that need it. */
export function isInstalled(kind: Kind): boolean {
  if (kind === 'nextjs') return existsSync(join(folder(kind), '.next/BUILD_ID'));
  return kind === 'plain' || existsSync(process.env.STOA_DJANGO_SHOP_PYTHON ?? '');
}

export class Shop {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    /** The `kid` of its key. */
    readonly key: string,
    private readonly cleanUp: () => Promise<void>,
  ) {}

  /** Starts the plain one with a key of its own, to sell these listings of hosts who are at home in Stoa. */
  static start(server: Server, port: number, listings: string[]): Promise<Shop> {
    return Shop.launch('plain', server, port, { STOA_LISTINGS: listings.join(',') });
  }

  /** Starts one that sends its own users, items and orders, and hears what happens by a webhook; `admin` lets it. */
  static async connected(kind: Kind, server: Server, port: number, admin: Person): Promise<Shop> {
    const token = await admin.post('create_token', {
      token_id: uuidV7(),
      token_name: `The ${kind} shop`,
      token_password: admin.password,
      'scopes[manage]': 'true',
      'scopes[events]': 'true',
    });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const hook = { id: uuidV7(), url: `http://127.0.0.1:${port}/webhooks/stoa`, types: HEARD, with_text: false };
    const made = await fetch(`${server.url}/api/webhooks`, { method: 'POST', headers, body: JSON.stringify(hook) });
    const { secret } = (await made.json()) as { secret: string };
    // What happens later, none of it the shop's, would be sent to nobody.
    const unhook = () => fetch(`${server.url}/api/webhooks/${hook.id}`, { method: 'DELETE', headers });
    return Shop.launch(kind, server, port, { STOA_TOKEN: token, STOA_WEBHOOK_SECRET: secret }, unhook);
  }

  private static async launch(kind: Kind, server: Server, port: number, more: Env, unhook?: () => Promise<unknown>): Promise<Shop> {
    const { kid, secret } = await server.makeEmbedKey(`${kind}-shop`);
    const data = mkdtempSync(join(tmpdir(), 'stoa-shop-'));
    const [url, [program, ...args]] = [`http://localhost:${port}`, COMMANDS[kind](port)];
    const own = { PORT: `${port}`, SHOP_URL: url, SHOP_DATABASE: join(data, 'shop.db') };
    const env = { ...process.env, ...own, STOA_URL: server.url, STOA_KID: kid, STOA_SECRET: secret, ...more };
    const child = spawn(program, args, { cwd: folder(kind), env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
    for (const giveUpAt = Date.now() + PATIENCE_MS; !(await answers(url)); ) {
      if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`the ${kind} shop did not start:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new Shop(child, url, kid, async () => {
      await unhook?.();
      rmSync(data, { recursive: true, force: true });
    });
  }

  async stop(): Promise<void> {
    await this.cleanUp();
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await ended;
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
