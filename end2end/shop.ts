// The shop of examples/plain-shop, as a site of its own: a server with users that Stoa doesn't know.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { built, type Server } from './server';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../examples/plain-shop/server.mjs', import.meta.url));

export class Shop {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    /** The `kid` of its key. */
    readonly key: string,
  ) {}

  /** Starts it with a key of its own and these listings, and waits until it answers. */
  static async start(server: Server, port: number, listings: string[]): Promise<Shop> {
    const make = ['embed-key', 'create', 'plain-shop', '--database', server.database];
    const { stdout } = await run(built(), make);
    const made = (name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(stdout)![1];
    const env = {
      ...process.env,
      PORT: String(port),
      STOA_URL: server.url,
      STOA_KID: made('kid'),
      STOA_SECRET: made('secret'),
      STOA_LISTINGS: listings.join(','),
    };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the shop ended: ${code}`)));
    });
    return new Shop(child, `http://localhost:${port}`, made('kid'));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await ended;
  }
}
