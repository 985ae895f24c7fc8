// Servers that sign people in by an identity provider of somebody else's, which script/identity-providers installs.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server, freePort } from './server';

const FOLDER = fileURLToPath(new URL('identity_providers', import.meta.url));
export const MOCK = process.env.STOA_OIDC_PROVIDER_MOCK;
export const areInstalled = !!MOCK && existsSync(join(FOLDER, 'node_modules/oidc-provider'));

export class IdentityProvider {
  log = '';

  private constructor(
    readonly issuer: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout, process.stderr]) stream?.on('data', (text) => (this.log += text));
  }

  /** The npm package, which knows this site. */
  static async ofNode(port: number, site: string): Promise<IdentityProvider> {
    const child = spawn(process.execPath, [join(FOLDER, 'provider.mjs'), `${port}`, site]);
    return new IdentityProvider(`http://localhost:${port}`, child).started();
  }

  /** The Python package, which knows nobody and lets everybody in. */
  static async ofPython(port: number): Promise<IdentityProvider> {
    const claims = JSON.stringify({ sub: 'noor', name: 'Noor of Python', email: 'noor@people.example', email_verified: true });
    const child = spawn(MOCK!, ['--port', `${port}`, '--require-nonce', 'true', '--user-claims', claims]);
    return new IdentityProvider(`http://localhost:${port}`, child).started();
  }

  private async started(): Promise<this> {
    for (const giveUpAt = Date.now() + 30_000; ; ) {
      const answer = await fetch(`${this.issuer}/.well-known/openid-configuration`).catch(() => undefined);
      if (answer?.ok) return this;
      if (Date.now() > giveUpAt) throw new Error(`the identity provider did not start:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until it has logged this. */
  async said(text: string): Promise<void> {
    while (!this.log.includes(text)) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  end(): void {
    this.process.kill();
  }
}

/** A server with this provider, and the provider. */
export async function start(
  make: (port: number, site: string) => Promise<IdentityProvider>,
  settings: object,
): Promise<{ server: Server; provider: IdentityProvider; remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-providers-'));
  const port = await freePort();
  const file = join(folder, 'providers.json');
  writeFileSync(join(folder, 'secret'), 'between us & nobody else\n');
  const entry = {
    id: 'acme',
    name: 'Acme',
    issuer: `http://localhost:${port}`,
    client_id: 'stoa',
    client_secret_file: 'secret',
    ...settings,
  };
  writeFileSync(file, JSON.stringify({ providers: [entry] }));
  const server = await Server.start([], (url) => ['--oidc-providers', file, '--public-url', url]);
  const provider = await make(port, server.url);
  const remove = async () => {
    provider.end();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  return { server, provider, remove };
}
