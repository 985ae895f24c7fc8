// Background sync: what waits in the outbox of a closed tab is sent by the service worker once there is a network, in its
// order and once, and only in the name of whoever wrote it. Chromium's protocol says that there is a network.
import type { Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, test } from '../fixtures';
import type { Person } from '../marketplace';
import { withWorker, workerEvents } from '../worker';

const NO_NETWORK = /Failed to (load resource|fetch)|ERR_(INTERNET_DISCONNECTED|FAILED)|WebSocket/;

/** Unsent texts as this browser keeps them, and who wrote them. */
const waiting = (page: Page) =>
  page.evaluate(async () => {
    const [{ name }] = (await indexedDB.databases()).filter((one) => /^stoa-/.test(one.name ?? '')) as { name: string }[];
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open(name));
    const texts = await done(database.transaction('outbox').objectStore('outbox').getAll());
    database.close();
    return { viewer: name.slice('stoa-'.length), texts: texts.map((text: string) => JSON.parse(text).body as string) };
  });

/** Writes these texts without a network, and closes the tab. A page without the app is left. */
async function writtenOffline(person: Person, path: string, texts: string[]): Promise<Page> {
  const page = await withWorker(person, path);
  const chat = Chat.onPage(page);
  await person.context.setOffline(true);
  for (const text of texts) await chat.write(text);
  await expect(chat.queue).toContainText(`${texts.length} messages waiting to send`);
  const rest = await person.context.newPage();
  await page.close();
  await person.context.setOffline(false);
  await rest.goto(`${new URL(page.url()).origin}/icons.svg`);
  return rest;
}

test('F3 what a closed tab has left is sent by the worker: once, and in its order', async ({ market, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const { guest, host, path } = await market.talk(['host: Hello']);
  const rest = await writtenOffline(guest, path, ['One', 'Two', 'Three']);
  const events = await workerEvents(rest);
  // The browser says so too, and not only once.
  await events.sync('outbox');
  await events.sync('outbox');
  await expect.poll(async () => (await waiting(rest)).texts).toEqual([]);
  await host.open(path);
  await expect(Chat.onPage(host.page).bubbles).toHaveText(['Hello', 'One', 'Two', 'Three']);
  const again = await guest.context.newPage();
  await again.goto(rest.url().replace('/icons.svg', path));
  await expect(Chat.onPage(again).bubbles).toHaveText(['Hello', 'One', 'Two', 'Three']);
  await expect(Chat.onPage(again).queue).toBeHidden();
});

test('F3 the worker sends nothing while a tab leads, or in another’s name', async ({ market, expectConsole }) => {
  expectConsole(NO_NETWORK);
  const { guest, host, conversation, path } = await market.talk(['host: Hello']);
  // The browser says nothing by itself.
  await guest.context.addInitScript(() => {
    Object.assign((window as any).SyncManager.prototype, { register: async () => {} });
  });
  const rest = await writtenOffline(guest, path, ['Mine', 'Mine too']);
  const { viewer } = await waiting(rest);
  // What the worker does then, and why it fails.
  const [worker] = guest.context.serviceWorkers();
  const deliver = () =>
    worker.evaluate(() => (self as unknown as { deliverOutbox(): Promise<void> }).deliverOutbox().catch((error) => error.message));

  // A tab holds the lead.
  await rest.evaluate(
    (name) => new Promise<void>((granted) => void navigator.locks.request(name, () => (granted(), new Promise(() => {})))),
    `stoa-leader-${viewer}`,
  );
  expect(await deliver()).toBe('a tab leads');
  // Somebody else signs in.
  await rest.reload();
  const cookies = await guest.context.cookies();
  await guest.context.clearCookies();
  await guest.context.addCookies(await host.context.cookies());
  expect(await deliver()).toBeUndefined();
  expect((await waiting(rest)).texts).toEqual(['Mine', 'Mine too']);
  const { messages } = (await host.api('GET', `/api/conversations/${conversation}/messages`)) as { messages: unknown[] };
  expect(messages).toHaveLength(1);

  await guest.context.clearCookies();
  await guest.context.addCookies(cookies);
  expect(await deliver()).toBeUndefined();
  expect((await waiting(rest)).texts).toEqual([]);
  await host.open(path);
  await expect(Chat.onPage(host.page).bubbles).toHaveText(['Hello', 'Mine', 'Mine too']);
});
