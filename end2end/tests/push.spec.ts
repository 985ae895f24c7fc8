// Web push: a device is told once its user wants it, by a click; a push shows a notification that leads to its
// conversation. Subscribing itself needs a push service on the internet, so the browser's push manager is a double, and
// what the server has sent to the tests' own service is delivered to the worker by Chromium's protocol.
import type { BrowserContext, Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { PushService } from '../push_service';
import { withWorker, workerEvents } from '../worker';

const section = (page: Page) => page.getByRole('region', { name: 'Push to this device' });

/** A push manager that subscribes at this service. */
async function withPushManager(context: BrowserContext, service: PushService): Promise<void> {
  await context.addInitScript((subscription) => {
    const made = { toJSON: () => subscription, unsubscribe: async () => localStorage.removeItem('double') };
    const current = () => (localStorage.getItem('double') ? made : null);
    Object.assign(PushManager.prototype, {
      getSubscription: async () => current(),
      subscribe: async () => {
        localStorage.setItem('double', 'subscribed');
        return current();
      },
    });
  }, service.subscription);
}

/** Runs in the page: the notifications that the service worker shows now. */
async function shownByWorker(): Promise<string[]> {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title, body, data }) => `${title}: ${body} ${data}`.replaceAll('\u200b', ''));
}

test('F1 this device is told once its user wants it, and no more once they do not', async ({ market, expectConsole }) => {
  expectConsole(/net::ERR_FAILED/);
  const service = await PushService.start();
  const { guest, host, conversation } = await market.talk();
  await withPushManager(host.context, service);
  await host.context.grantPermissions(['notifications']);
  const page = await withWorker(host, '/settings');
  const on = section(page).getByRole('radio', { name: 'On' });
  await expect(section(page).getByRole('radio', { name: 'Off' })).toBeChecked();
  await expectAccessible(page);
  await on.check();
  const settings = async () => (await host.api('GET', '/rpc/get_push_settings')) as { is_on: boolean; shows_text: boolean };
  await expect.poll(async () => (await settings()).is_on).toBe(true);
  await page.reload();
  await expect(on).toBeChecked();

  // The browser drops the subscription, and the next page makes another, of which the server does not hear: the page after
  // that tells it.
  const subscribe = '**/rpc/subscribe_to_push';
  const lost = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/rpc/subscribe_to_push'));
  await page.route(subscribe, (route) => route.abort());
  await page.evaluate(() => localStorage.removeItem('double'));
  await host.open('/messages');
  await lost;
  await page.unroute(subscribe);
  const told = page.waitForResponse((response) => response.url().endsWith('/rpc/subscribe_to_push'));
  await host.open('/messages');
  expect((await told).ok()).toBe(true);

  // Every tab is closed, and a message comes.
  await page.goto('about:blank');
  await guest.say(conversation, 'Are you there?');
  const { headers, text } = await service.next();
  expect(headers.ttl).toBe('14400');
  const { web_push, notification } = JSON.parse(text);
  expect(web_push).toBe(8030);
  expect(notification).toMatchObject({ title: 'Gesa Guest', body: 'Are you there?', tag: conversation });

  // This device keeps texts to itself, and then is not told at all.
  await host.open('/settings');
  await section(page).getByRole('checkbox').uncheck();
  await expect.poll(async () => (await settings()).shows_text).toBe(false);
  await page.getByRole('checkbox', { name: 'Messages: Push' }).uncheck();
  await expect.poll(async () => (await host.api('GET', '/rpc/get_push_settings')).kinds).not.toContain('message');
  await section(page).getByRole('radio', { name: 'Off' }).check();
  await expect.poll(async () => (await settings()).is_on).toBe(false);
  await page.reload();
  await expect(section(page).getByRole('radio', { name: 'Off' })).toBeChecked();
  await expectAccessible(page);
  service.close();
});

test('F1 a browser that may not or can not be told says so, and asks nothing', async ({ market }) => {
  const service = await PushService.start();
  const blocked = await market.signUp('Nina Neu');
  await withPushManager(blocked.context, service);
  await blocked.context.addInitScript(() => {
    Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
    Notification.requestPermission = () => {
      throw new Error('asked');
    };
  });
  const page = await blocked.open('/settings');
  await expect(section(page).getByRole('status')).toContainText('This browser may not notify you.');
  await expect(section(page).getByRole('radio', { name: 'On' })).toBeDisabled();
  await expectAccessible(page);
  const old = await market.signUp('Otto Old');
  await old.context.addInitScript(() => Reflect.deleteProperty(window, 'PushManager'));
  const other = await old.open('/settings');
  await expect(section(other).getByRole('status')).toContainText('This browser can’t be told.');
  await expectAccessible(other);
  service.close();
});

test('F1 after the first message a device is offered to be told of the answer, once', async ({ market }) => {
  const service = await PushService.start();
  const { guest, host, path } = await market.talk(['host: Hello']);
  for (const person of [guest, host]) {
    await withPushManager(person.context, service);
    await person.context.addInitScript(() => {
      Object.defineProperty(Notification, 'permission', { get: () => localStorage.getItem('allowed') ?? 'default' });
      Notification.requestPermission = async (answered) => {
        localStorage.setItem('allowed', 'granted');
        answered?.('granted');
        return 'granted';
      };
    });
  }
  const page = await withWorker(guest, path);
  const chat = Chat.onPage(page);
  const offer = page.getByRole('status').filter({ hasText: 'Be told on this device' });
  await chat.shows('Hello');
  await expect(offer).toBeHidden();
  await chat.write('Is the sauna wood-fired?');
  await expect(offer).toBeVisible();
  await expectAccessible(page);
  await offer.getByRole('button', { name: 'Yes' }).click();
  await expect(offer).toBeHidden();
  await expect.poll(async () => (await guest.api('GET', '/rpc/get_push_settings')).is_on).toBe(true);

  // Who declines is not asked again, here or in another conversation.
  const other = await withWorker(host, path);
  const theirs = other.getByRole('status').filter({ hasText: 'Be told on this device' });
  await Chat.onPage(other).write('It is');
  await theirs.getByRole('button', { name: 'Not now' }).click();
  await expect(theirs).toBeHidden();
  await other.reload();
  await Chat.onPage(other).write('And warm');
  await expect(Chat.onPage(other).progress).toHaveText(/Sent|Delivered|Read/);
  await expect(theirs).toBeHidden();
  expect((await host.api('GET', '/rpc/get_push_settings')).is_on).toBe(false);
  // The service stays: what the host wrote last may still be on its way to the guest's device.
});

test('F1 a push shows a notification, which leads to its conversation in the tab that is there', async ({ market }) => {
  const service = await PushService.start();
  const { guest, host, conversation, path } = await market.talk();
  await withPushManager(host.context, service);
  await host.context.grantPermissions(['notifications']);
  const page = await withWorker(host, '/settings');
  await section(page).getByRole('radio', { name: 'On' }).check();
  await expect.poll(async () => (await host.api('GET', '/rpc/get_push_settings')).is_on).toBe(true);
  const { push: deliver } = await workerEvents(page);
  await guest.say(conversation, 'Are you there?');
  const { text } = await service.next();
  await deliver(text);
  const shown = () => page.evaluate(shownByWorker);
  await expect.poll(shown).toEqual([`Gesa Guest: Are you there? ${path}`]);

  // Another takes its place: one for each conversation.
  await guest.say(conversation, 'Hello?');
  await deliver((await service.next()).text);
  await expect.poll(shown).toEqual([`Gesa Guest · 2 new: Hello? ${path}`]);
  // Something is shown whatever comes, and what was read on another device goes.
  await deliver('nonsense');
  await expect.poll(shown).toEqual([`Gesa Guest · 2 new: Hello? ${path}`, 'New message:  /messages']);
  await deliver(JSON.stringify({ notification: { title: 'Boats', body: '', tag: 'push', navigate: '/' }, unread: [] }));
  await expect.poll(shown).toEqual(['Boats:  /']);

  // No protocol presses a notification, so the worker is told to do what it does then. The page stays the same one.
  await page.evaluate(() => Object.assign(window, { isSame: true }));
  const [worker] = host.context.serviceWorkers();
  await worker.evaluate((path) => (self as unknown as { openPath(path: string): Promise<void> }).openPath(path).catch(() => {}), path);
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await Chat.onPage(page).shows('Hello?');
  expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
  service.close();
});

test('F16 the app can be installed', async ({ market }) => {
  const visitor = await market.visitor();
  const page = await visitor.open('/');
  const manifest = await (await page.request.get('/site.webmanifest')).json();
  expect(manifest).toMatchObject({ id: '/messages', start_url: '/messages', display: 'standalone' });
  expect(manifest.shortcuts.map(({ name }: { name: string }) => name)).toEqual(['Messages', 'Explore']);
  const apple = await page.locator('link[rel="apple-touch-icon"]').getAttribute('href');
  const files: [string, string][] = manifest.icons.map(({ src, sizes }: { src: string; sizes: string }) => [src, sizes]);
  for (const [src, sizes] of [...files, [apple!, '180x180'], ['/badge.png', '96x96']]) {
    if (sizes === 'any') continue;
    const size = await page.evaluate(async (src) => {
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
});
