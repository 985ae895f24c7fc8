// Uploads by a client that others wrote (tus-js-client), over a proxy that cuts it off and a network that loses packets, while
// the server is killed.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Upload } from 'tus-js-client';
import { expect, test } from '../fixtures';

const MIB = 1024 * 1024;
const LOSSY_NETWORK = fileURLToPath(new URL('../lossy_network.py', import.meta.url));
const SIZE = 100 * MIB;
/** Cut off after so many bytes, so often. */
const CUT_AFTER = 4.5 * MIB;
const CUTS = 20;
/** Segments that are sent again at least: a twentieth of some 72,000 is lost. */
const SENT_AGAIN = 2_000;

test('F4 @store 100 MiB arrive whole over 20 cuts, a lossy network and a killed server, with at most a tenth sent twice', async ({
  market,
  server,
}) => {
  const { guest, host, conversation } = await market.talk(['guest: Hello']);
  const bytes = randomBytes(SIZE);
  const network = await lossyNetwork(server.port);
  const proxy = await CuttingProxy.before(network.port);
  const before = retransmitted();
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
  const sentAgain = retransmitted() - before;
  console.log(`${proxy.sent} bytes sent of ${SIZE}, ${proxy.cuts} cuts, ${sentAgain} segments sent again by TCP`);
  expect(sentAgain).toBeGreaterThan(SENT_AGAIN);
  await proxy.close();
  network.close();
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

/** Before the server: one packet in twenty is lost (`lossy_network.py`). */
async function lossyNetwork(server: number): Promise<{ port: number; close: () => void }> {
  const relay = spawn('python3', [LOSSY_NETWORK, `${server}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: relay.stdout })) return { port: Number(line), close: () => relay.kill() };
  throw new Error('the lossy network did not start');
}

/** TCP segments that this machine has sent again since it started. */
function retransmitted(): number {
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RetransSegs')]);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function uuid7(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
