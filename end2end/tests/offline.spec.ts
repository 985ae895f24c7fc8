// Starting the app where the server can't be reached: a worker keeps its files and an empty page,
// and the page is drawn from what this browser has kept.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../fixtures';
import { Chat, row } from '../chat';
import { awake, type Person } from '../marketplace';

const PATIENCE_MS = 45_000;
const NO_NETWORK = /Failed to (load resource|fetch)|ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|FAILED)|WebSocket/;

const workers = (page: Page) =>
  page.evaluate(() => navigator.serviceWorker.getRegistrations().then((found) => found.length));

/** Loads this page and waits until the next one can be opened without the server. */
async function prepared(person: Person, path: string): Promise<Page> {
  const page = await person.open(path);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  return page;
}

test('C7 the inbox and a conversation open without a network, and what is written there goes out later', async ({
  market,
  expectConsole,
}) => {
  expectConsole(NO_NETWORK);
  const { guest, host, path } = await market.talk(['host: Hello', 'guest: Good day']);
  const page = await prepared(guest, path);
  await Chat.onPage(page).shows('Good day');
  // Kept a moment after it was shown.
  await expect
    .poll(() => page.evaluate(() => indexedDB.databases().then((all) => all.length)))
    .toBeGreaterThan(0);
  await keptThread(page, path);

  await guest.context.setOffline(true);
  await guest.open('/messages');
  await expect(row(page, host.name)).toBeVisible();
  await expect(page.locator('.banner')).toContainText('You’re offline.');
  await expectAccessible(page);
  await row(page, host.name).click();
  const chat = Chat.onPage(page);
  await expect(chat.bubbles).toHaveText(['Hello', 'Good day']);
  await chat.write('From the tunnel');
  await expect(chat.progress).toHaveText(/Waiting to send/);

  // Its own address works as well, and nothing is lost by loading it again.
  await page.reload();
  await awake(page);
  await expect(page).toHaveURL(path);
  await expect(chat.bubbles).toHaveText(['Hello', 'Good day', 'From the tunnel']);

  await guest.context.setOffline(false);
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/, { timeout: PATIENCE_MS });
  await host.open(path);
  await expect(Chat.onPage(host.page).bubbles).toHaveText(['Hello', 'Good day', 'From the tunnel']);
});

test('C7 orders and covers are as they were, without a network', async ({ market, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const guest = await market.signUp('Gesa Guest');
  const offer = await market.offer(await market.signUp('Hanno Host'));
  const order = await market.order(guest, offer);
  await prepared(guest, '/messages');
  // From here on the worker keeps what is shown.
  const page = await guest.open('/orders');
  await expect(page.locator('.order', { hasText: order.code })).toBeVisible();
  const isKept = () => page.evaluate(async (url) => !!(await caches.match(url)), `/covers/${offer.id}.svg`);
  await expect.poll(isKept).toBe(true);
  await expect.poll(() => keptKeys(page)).toContain('orders-/orders-active');

  await guest.context.setOffline(true);
  await guest.open('/orders');
  await expect(page.locator('.order', { hasText: order.code })).toBeVisible();
  await expect(page.getByText('No answer came.')).toBeVisible();
  const picture = page.locator('.order .cover img');
  expect(await picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  // A cover that nobody has seen is a neutral picture.
  const stranger = await page.evaluate(async () => (await fetch(`/covers/${crypto.randomUUID()}.svg`)).text());
  expect(stranger).toContain('<svg');
  await expectAccessible(page);

  await guest.context.setOffline(false);
  await expect(page.getByText('No answer came.')).toHaveCount(0, { timeout: PATIENCE_MS });
  await expect(page.locator('.order', { hasText: order.code })).toBeVisible();
});

test('C7 what did not load comes by itself once the network is back', async ({ market, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const { guest, host, offer, path } = await market.talk(['host: Hello']);
  const page = await prepared(host, '/messages');
  await prepared(guest, '/messages');
  for (const person of [host, guest]) await person.context.setOffline(true);
  await host.open('/hosting');
  await expect(page.getByRole('heading', { name: 'This didn’t load' }).last()).toBeVisible();
  await guest.open(path);
  await expect(guest.page.getByRole('heading', { name: 'These messages did not load' })).toBeVisible();
  for (const person of [host, guest]) await person.context.setOffline(false);
  await expect(page.locator('.offers')).toContainText(offer.title, { timeout: PATIENCE_MS });
  await expect(Chat.onPage(guest.page).bubble('Hello')).toHaveCount(1, { timeout: PATIENCE_MS });
});

test('C7 a server that is away is no reason for an empty page', async ({ market, server, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const { guest, host, path } = await market.talk(['host: Hello']);
  const page = await prepared(guest, '/messages');
  await keptThread(page);
  await server.kill();
  await guest.open('/messages');
  await expect(row(page, host.name)).toBeVisible();
  await server.serve();
  await host.say(path.split('/')[2], 'I am back');
  await expect(row(page, host.name)).toContainText('I am back', { timeout: PATIENCE_MS });
});

test('C7 E7 after signing out nothing starts without the server', async ({ market, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const { guest } = await market.talk(['host: Hello']);
  const page = await prepared(guest, '/settings');
  expect(await workers(page)).toBe(1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/');
  await awake(page);
  await expect.poll(() => workers(page)).toBe(0);
  expect(await page.evaluate(() => localStorage.getItem('stoa-session'))).toBeNull();
  await guest.context.setOffline(true);
  await expect(guest.page.goto('/messages')).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
});

test('C7 E7 who is signed out elsewhere keeps nothing to start from', async ({ market }) => {
  const { guest } = await market.talk(['host: Hello']);
  // The last of what the list asks for after it is shown.
  const asked = guest.page.waitForResponse((response) => response.url().endsWith('/rpc/get_room_invitations'));
  const page = await prepared(guest, '/messages');
  await asked;
  await guest.endSessionElsewhere();
  await guest.open('/');
  await expect.poll(() => workers(page)).toBe(0);
  expect(await page.evaluate(() => localStorage.getItem('stoa-session'))).toBeNull();
});

test('a new version of the files takes the place of the one before', async ({ market, server }) => {
  const { guest } = await market.talk();
  const page = await guest.open('/messages');
  await page.evaluate(async () => {
    const older = await caches.open('stoa-older');
    await older.put('/pkg/older.js', new Response('older'));
    // Kept by a version of which nothing is left.
    const found = await navigator.serviceWorker.ready;
    await found.unregister();
  });
  await prepared(guest, '/messages');
  // Covers are kept through all versions.
  const versions = () =>
    page.evaluate(async () => (await caches.keys()).filter((name) => name !== 'stoa-covers'));
  await expect.poll(versions).toHaveLength(1);
  const [name] = await versions();
  const script = await (await guest.context.request.get(`${server.url}/service-worker.js`)).text();
  expect(script).toContain(`'${name}'`);
  const kept = await page.evaluate(async (name) => {
    const requests = await (await caches.open(name)).keys();
    return requests.map((request) => new URL(request.url).pathname);
  }, name);
  expect(kept).toContain('/offline');
  expect(kept.filter((path) => path.endsWith('.wasm')).length).toBeGreaterThan(2);
});

/** Waits until the list, and the conversation at `path`, are in what this browser keeps. */
async function keptThread(page: Page, path?: string): Promise<void> {
  const wanted = path ? ['inbox', `thread-${path.split('/')[2]}`] : ['inbox'];
  await expect.poll(() => keptKeys(page)).toEqual(expect.arrayContaining(wanted));
}

/** The keys of what this browser keeps. */
function keptKeys(page: Page): Promise<IDBValidKey[]> {
  return page.evaluate(async () => {
    const [{ name }] = await indexedDB.databases();
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name!);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const found = await new Promise<IDBValidKey[]>((resolve, reject) => {
      const asking = database.transaction('cache').objectStore('cache').getAllKeys();
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error);
    });
    database.close();
    return found;
  });
}
