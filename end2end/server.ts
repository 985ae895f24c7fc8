// A Stoa of its own for each worker: the binary under test on a fresh demo database and a free port.
// The database is a SQLite file, or on the PostgreSQL server that STOA_TEST_DATABASE_URL names.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const PATIENCE_MS = 60_000;
const run = promisify(execFile);
const onPostgres = process.env.STOA_TEST_DATABASE_URL;
/** sqlx warns of waiting times, which only say that the machine is busy. */
const LOGGED = 'info,sqlx=error';

export class Server {
  private process?: ChildProcess;
  private isEndExpected = false;
  private checked = 0;
  log = '';

  protected constructor(
    private readonly binary: string,
    protected readonly folder: string,
    readonly port: number,
    /** More options of `stoa serve`. */
    private readonly options: string[] = [],
  ) {}

  /** `demo`: more for the command that fills the database. `options`: more of `stoa serve`, at this URL. */
  static async start(demo: string[] = [], options: (url: string) => string[] = () => []): Promise<Server> {
    const port = await freePort();
    const server = new Server(built(), newFolder(), port, options(`http://127.0.0.1:${port}`));
    await server.fill(demo);
    await server.serve();
    return server;
  }

  /** Makes its database, with the demo in it. */
  protected async fill(demo: string[] = []): Promise<void> {
    if (onPostgres) await administer(`CREATE DATABASE ${this.name}`);
    await run(this.binary, ['demo', '--database', this.database, ...demo]);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What `--database` takes. */
  get database(): string {
    return onPostgres ? onPostgres.replace(/[^/]*$/, this.name) : join(this.folder, 'stoa.db');
  }

  /** Its database on PostgreSQL, named after its folder. */
  private get name(): string {
    return basename(this.folder).toLowerCase().replace(/[^a-z0-9]/g, '_');
  }

  /** Makes a key that signs identities of this issuer. */
  async makeEmbedKey(issuer: string): Promise<{ kid: string; secret: string }> {
    const { stdout } = await run(built(), ['embed-key', 'create', issuer, '--database', this.database]);
    const made = (name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(stdout)![1];
    return { kid: made('kid'), secret: made('secret') };
  }

  /** Starts it, also again after `kill`, and waits until it answers. */
  async serve(): Promise<void> {
    const args = ['serve', '--database', this.database, '--listen', `127.0.0.1:${this.port}`];
    // Tests write faster than people do.
    args.push('--files', join(this.folder, 'files'));
    args.push('--demo', '--sends-per-second', '1000', '--allow-private-push-hosts', '--allow-private-webhook-hosts', ...this.options);
    this.isEndExpected = false;
    const child = spawn(this.binary, args, { env: { ...process.env, NO_COLOR: '1', RUST_LOG: LOGGED } });
    this.process = child;
    child.stdout.on('data', (text) => (this.log += text));
    child.stderr.on('data', (text) => (this.log += text));
    child.on('exit', (code, signal) => {
      if (!this.isEndExpected) this.log += `ERROR the server ended by itself: ${code ?? signal}\n`;
    });
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || Date.now() > giveUpAt) {
        throw new Error(`the server did not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it as a service manager does. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.isEndExpected = true;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    if (onPostgres) await administer(`DROP DATABASE ${this.name} WITH (FORCE)`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Warnings, errors and panics in the log since this was last asked. */
  complaints(): string[] {
    const fresh = this.log.slice(this.checked);
    this.checked = this.log.length;
    // A panic says on the lines after its first what it was.
    return fresh.match(/^.*(\b(WARN|ERROR)\b|panicked at).*(\n(?!\d{4}-).*)*/gm) ?? [];
  }

  private async answers(): Promise<boolean> {
    try {
      // By its own address, also where others stand before it.
      return (await fetch(`http://127.0.0.1:${this.port}/sign-in`)).ok;
    } catch {
      return false;
    }
  }
}

async function administer(statement: string): Promise<void> {
  await run('psql', ['--quiet', '--no-psqlrc', '--command', statement, onPostgres!]);
}

/** The binary under test. */
export function built(): string {
  const binary = process.env.STOA_BINARY;
  if (!binary || !existsSync(binary)) {
    throw new Error('STOA_BINARY names no file; script/test sets it, or build and set it yourself');
  }
  return binary;
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'stoa-end2end-'));
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
