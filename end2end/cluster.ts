// Two nodes of Stoa on one PostgreSQL and NATS, behind nginx with the configuration of deploy/.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { built, freePort, newFolder, Server } from './server';

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(`../script/${name}`, import.meta.url));

export class Cluster extends Server {
  private second!: Server;
  private nginx!: Nginx;
  private natsFolder!: string;

  static async start(): Promise<Cluster> {
    const folder = newFolder();
    const natsFolder = join(folder, 'nats');
    const { stdout } = await run(script('nats'), ['start', natsFolder]);
    const options = ['--nats', stdout.trim(), '--trusted-proxies', '127.0.0.1'];
    const cluster = new Cluster(built(), folder, await freePort(), options);
    cluster.natsFolder = natsFolder;
    await cluster.fill();
    cluster.second = new Cluster(built(), folder, await freePort(), options);
    await Promise.all(cluster.nodes.map((node) => node.serve()));
    cluster.nginx = await Nginx.start(join(folder, 'nginx'), cluster.nodes.map((node) => node.port));
    return cluster;
  }

  get nodes(): Server[] {
    return [this, this.second];
  }

  override get url(): string {
    return this.nginx.url;
  }

  override complaints(): string[] {
    return [...super.complaints(), ...(this.second?.complaints() ?? []), ...(this.nginx?.complaints() ?? [])];
  }

  override async remove(): Promise<void> {
    await this.nginx.stop();
    await this.second.kill();
    await run(script('nats'), ['stop', this.natsFolder]);
    await super.remove();
  }
}

class Nginx {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(folder: string, nodes: number[]): Promise<Nginx> {
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    const port = await freePort();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const configuration = `
      daemon off;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      pid ${folder}/pid;
      error_log ${folder}/error.log warn;
      events { worker_connections 1024; }
      http {
        access_log off;
        ${paths.map((path) => `${path}_temp_path ${folder}/tmp/${path};`).join('\n')}
        ${site(port, nodes)}
      }`;
    writeFileSync(join(folder, 'nginx.conf'), configuration);
    const path = `${process.env.PATH}:/usr/sbin`;
    const child = spawn('nginx', ['-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], {
      env: { ...process.env, PATH: path },
      stdio: 'inherit',
    });
    const nginx = new Nginx(child, folder, `http://127.0.0.1:${port}`);
    while (!(await nginx.answers())) {
      if (child.exitCode !== null) throw new Error('nginx did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return nginx;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGQUIT');
    this.process.kill('SIGTERM');
    await ended;
  }

  /** What it could not do for a client. That one of two nodes did not answer is nothing. */
  complaints(): string[] {
    const lines = readFileSync(join(this.folder, 'error.log'), 'utf8').split('\n');
    return lines.filter((line) => /\[(crit|alert|emerg)\]|no live upstreams/.test(line));
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/sign-in`)).ok;
    } catch {
      return false;
    }
  }
}

/** The configuration that we ship, with the test's addresses in it and without TLS. */
function site(port: number, nodes: number[]): string {
  const shipped = readFileSync(new URL('../deploy/nginx.conf', import.meta.url), 'utf8');
  const addresses = nodes.values();
  const adapted = shipped
    .replace(/server 10\.0\.0\.\d+:3000/g, () => `server 127.0.0.1:${addresses.next().value}`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^.*(ssl_certificate|server_name).*$/gm, '');
  if (addresses.next().done !== true || /ssl|10\.0\.0/.test(adapted)) throw new Error('deploy/nginx.conf has changed');
  return adapted;
}
