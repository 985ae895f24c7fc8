// Uploads by a client that others wrote (tus-js-client), over a proxy that cuts it off, while the server is killed.
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';
import { Upload } from 'tus-js-client';
import { expect, test } from '../fixtures';

const MIB = 1024 * 1024;
const SIZE = 100 * MIB;
/** Cut off after so many bytes, so often. */
const CUT_AFTER = 4.5 * MIB;
const CUTS = 20;

test('F4 @store 100 MiB arrive whole over 20 cuts and a killed server, with at most a tenth sent twice', async ({
  market,
  server,
}) => {
  const { guest, host, conversation } = await market.talk(['guest: Hello']);
  const bytes = randomBytes(SIZE);
  const proxy = await CuttingProxy.before(server.port);
  const origin = `http://127.0.0.1:${proxy.port}`;
  const cookies = await guest.context.cookies(server.url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  let killed: Promise<void> | undefined;
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(bytes as never, {
      endpoint: `${origin}/api/files`,
      retryDelays: Array(200).fill(500),
      metadata: { filename: 'film.mov', conversation },
      headers: { cookie, origin },
      onProgress: (sent) => {
        if (sent > SIZE / 2) killed ??= server.kill().then(() => server.serve());
      },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });
  await killed;
  expect(proxy.cuts).toBe(CUTS);
  expect(proxy.sent).toBeLessThan(SIZE * 1.1);
  await proxy.close();
  const id = url.split('/').at(-1);
  await expect.poll(async () => (await guest.api('GET', `/api/files/${id}`)).state).toBe('ready');
  const { message } = await guest.api('POST', `/api/conversations/${conversation}/messages`, {
    id: uuid7(),
    body: '',
    attached: { files: [id] },
  });
  expect(message.body).toBe('📎 film.mov');
  const answer = await host.context.request.get(`${server.url}/api/files/${id}/original`);
  expect(digest(await answer.body())).toBe(digest(bytes));
});

/** Passes bytes on, counts those to the server, and breaks the connection each time that enough of them went. */
class CuttingProxy {
  sent = 0;
  cuts = 0;
  private sinceCut = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly listener: Listener,
    private readonly target: number,
  ) {
    listener.on('connection', (client) => this.pass(client));
  }

  static async before(target: number): Promise<CuttingProxy> {
    const listener = createServer();
    const proxy = new CuttingProxy(listener, target);
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private pass(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.pipe(client);
    client.on('data', (part) => {
      this.sent += part.length;
      this.sinceCut += part.length;
      if (this.sinceCut >= CUT_AFTER && this.cuts < CUTS) {
        this.cuts += 1;
        this.sinceCut = 0;
        server.write(part, () => client.resetAndDestroy());
        return;
      }
      if (!server.write(part)) {
        client.pause();
        server.once('drain', () => client.resume());
      }
    });
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function uuid7(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
