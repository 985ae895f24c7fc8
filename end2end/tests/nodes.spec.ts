// Several nodes behind nginx: nobody notices which one he is on, nor that one of them is started anew.
import { request } from 'node:http';
import { Chat } from '../chat';
import { Cluster } from '../cluster';
import { expect, test as base } from '../fixtures';

const test = base.extend<object, { server: Cluster }>({
  server: [
    async ({}, use) => {
      const cluster = await Cluster.start();
      await use(cluster);
      await cluster.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test.skip(!process.env.STOA_TEST_DATABASE_URL, 'one node alone writes a SQLite file');

test('E8 D7 @store both nodes are started anew while people write, and nobody notices', async ({ market, server }) => {
  test.setTimeout(180_000);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const pages = [await guest.open(path), await host.open(path)];
  const [ofGuest, ofHost] = pages.map((page) => Chat.onPage(page));
  for (const page of pages) {
    await expect(page.locator('.inbox__status')).toHaveText('Live');
    await page.evaluate(watchBanners);
  }
  const texts = ['Hello'];
  const say = async (chat: Chat, text: string) => {
    texts.push(text);
    await chat.write(text);
    await Promise.all([ofGuest.shows(text), ofHost.shows(text)]);
  };
  for (const [number, node] of server.nodes.entries()) {
    await say(ofGuest, `Before restart ${number}`);
    const stopped = node.stop();
    await say(ofHost, `While ${number} stops`);
    await stopped;
    await say(ofGuest, `Without ${number}`);
    await node.serve();
    await say(ofHost, `With ${number} again`);
  }
  // Pages and forms go on, too.
  await guest.open('/orders');
  await guest.open(path);
  for (const chat of [ofGuest, ofHost]) expect(await chat.texts()).toEqual(texts);
  expect(await pages[1].evaluate(() => Reflect.get(window, 'seenBanners'))).toEqual([]);
});

/** Remembers every banner that is shown from now on. */
function watchBanners(): void {
  const seen: string[] = [];
  Reflect.set(window, 'seenBanners', seen);
  new MutationObserver(() => {
    const banner = document.querySelector('.banner')?.textContent;
    if (banner) seen.push(banner);
  }).observe(document.body, { childList: true, subtree: true });
}

test('C8 E3 @store typing and presence are seen from one node to the other', async ({ market, server }) => {
  const { guest, host, path } = await market.talk(['guest: Hello', 'host: Hello']);
  // With one node away, who comes is on the other.
  const [, second] = server.nodes;
  await second.stop();
  await host.open(path);
  await expect(host.page.locator('.inbox__status')).toHaveText('Live');
  await second.serve();
  // nginx gives the next ones to whoever has fewer: the second.
  await guest.open(path);
  await expect(guest.page.locator('.inbox__status')).toHaveText('Live');
  await expect(host.page.getByText('Online').first()).toBeVisible();
  await Chat.onPage(guest.page).field.pressSequentially('I am typing');
  await expect(host.page.getByText('typing').first()).toBeVisible();
});

test('E7 @store an address that a client makes up does not count', async ({ server }) => {
  const tries = [];
  // More than both nodes together would let through if they did not tell each other.
  for (let number = 0; number < 30; number++) tries.push(await signIn(server.url, `203.0.113.${number}`));
  expect(tries.filter((status) => status === 429).length, tries.join()).toBeGreaterThan(0);
});

/** The status of trying a wrong password from an address that is not the proxy's. */
function signIn(url: string, madeUp: string): Promise<number> {
  const headers = {
    origin: url,
    'content-type': 'application/x-www-form-urlencoded',
    'x-forwarded-for': madeUp,
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/rpc/sign_in`, { method: 'POST', localAddress: '127.0.0.2', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end(new URLSearchParams({ email: 'nobody@example.com', password: 'wrong password' }).toString());
  });
}
