// How pages and files are served: what may be kept, how small it comes, and what may run.
import { expect, test } from '../fixtures';

test('files under /pkg are kept for ever and come compressed; pages are never kept', async ({ market }) => {
  const { guest } = await market.talk();
  const seen: { path: string; caching: string; encoding: string }[] = [];
  guest.page.on('response', async (answer) => {
    const headers = answer.headers();
    const { pathname } = new URL(answer.url());
    seen.push({ path: pathname, caching: headers['cache-control'], encoding: headers['content-encoding'] });
  });
  await guest.open('/messages');
  const files = seen.filter(({ path }) => path.startsWith('/pkg/'));
  for (const kind of ['.wasm', '.js', '.css']) {
    expect(files.some(({ path }) => path.endsWith(kind)), kind).toBe(true);
  }
  for (const { path, caching, encoding } of files) {
    expect(caching, path).toBe('public, max-age=31536000, immutable');
    expect(encoding, path).toBe('br');
  }
  const page = seen.find(({ path }) => path === '/messages');
  expect(page?.caching).toBe('no-store, no-transform');
});

test('E7 only the page’s own script may run, and it shows in the policy of each answer', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const nonces = new Set<string>();
  for (const address of ['/', path]) {
    const answer = await guest.page.goto(address);
    const headers = answer!.headers();
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/script-src 'nonce-[^']{16,}' 'strict-dynamic' 'wasm-unsafe-eval';/);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    nonces.add(/'nonce-([^']+)'/.exec(policy)![1]);
    expect(await answer!.text()).not.toMatch(/<[^>]+ (style|on[a-z]+)=/);
  }
  expect(nonces.size).toBe(2);
});

test('E7 a request from another site changes nothing', async ({ market, server }) => {
  const { guest, conversation } = await market.talk();
  const form = { conversation_id: conversation, message_id: '01890a5d-ac96-774b-bcce-b302099a8057', body: 'x' };
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
    const answer = await guest.context.request.post(`${server.url}/rpc/send_message`, { form, headers });
    expect(answer.status()).toBe(403);
  }
});

test('covers are pictures, the same each time', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  const first = await host.context.request.get(`/covers/${offer.id}.svg`);
  expect(first.headers()['content-type']).toContain('image/svg+xml');
  const second = await host.context.request.get(`/covers/${offer.id}.svg`);
  expect(await second.text()).toBe(await first.text());
});

test('B30 a part of the sound is served as players ask for it', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  await guest.open('/messages');
  const whole = await guest.page.request.get('/message.wav');
  const bytes = (await whole.body()).length;
  expect(whole.headers()['accept-ranges']).toBe('bytes');
  const part = await guest.page.request.get('/message.wav', { headers: { range: 'bytes=0-1' } });
  expect(part.status()).toBe(206);
  expect(part.headers()['content-range']).toBe(`bytes 0-1/${bytes}`);
  expect((await part.body()).equals((await whole.body()).subarray(0, 2))).toBe(true);
  const beyond = await guest.page.request.get('/message.wav', { headers: { range: `bytes=${bytes}-` } });
  expect(beyond.status()).toBe(416);
});
