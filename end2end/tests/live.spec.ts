// Several tabs of one browser, and what survives when they are closed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, WebSocket } from '@playwright/test';
import { Chat, badge, row } from '../chat';
import { expect, test } from '../fixtures';
import type { Person } from '../marketplace';
import { Wire } from '../wire';

const PATIENCE_MS = 60_000;

/** Another window is in front: pages of a browser without windows all believe to be looked at. */
const looksAway = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true });
    window.dispatchEvent(new Event('blur'));
  });
const status = (page: Page) => page.locator('.inbox__status');

test('A11 C3 @store two tabs are in step over one connection', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const sockets: WebSocket[] = [];
  guest.context.on('page', (page) => page.on('websocket', (socket) => sockets.push(socket)));
  guest.page.on('websocket', (socket) => sockets.push(socket));
  const [first, second] = await twoTabs(guest, path, '/messages');
  expect(sockets.length).toBe(1);

  // What comes in comes to both.
  // Somebody looks at the second one only.
  await looksAway(first);
  await expect(badge(second)).toHaveCount(0);
  await host.say(conversation, 'For both of you');
  await Chat.onPage(first).shows('For both of you');
  await expect(row(second, 'Hanno Host')).toContainText('For both of you');
  await expect(badge(second)).toHaveText(/^1\b/);
  // Read in the one, the badge drops in the other.
  await row(second, 'Hanno Host').click();
  await Chat.onPage(second).shows('For both of you');
  await expect(badge(second)).toHaveCount(0);
  await expect(badge(first)).toHaveCount(0);

  // What the second says goes out over the first one's connection, and both show it.
  const posted: string[] = [];
  second.on('request', (request) => void (request.method() === 'POST' && posted.push(request.url())));
  await Chat.onPage(second).write('From the second tab');
  await expect(Chat.onPage(second).progress).toHaveText(/Sent|Delivered|Read/);
  await Chat.onPage(first).shows('From the second tab');
  expect(posted).toEqual([]);
  expect(sockets.length).toBe(1);
});

test('C3 when the tab with the connection is closed, another takes over', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const [first, second] = await twoTabs(guest, path);
  const taken = second.waitForEvent('websocket');
  await first.close();
  await taken;
  await expect(status(second)).toHaveText('Live');
  await host.say(conversation, 'Still there?');
  const chat = Chat.onPage(second);
  await chat.shows('Still there?');
  await chat.write('Still here');
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/);
});

test('C3 a tab that hangs loses the connection to one that is looked at', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const [first, second] = await twoTabs(guest, path);
  const taken = second.waitForEvent('websocket');
  // Nothing of the first one's runs until it is let go.
  const session = await guest.context.newCDPSession(first);
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  void first.evaluate(() => 0).catch(() => {});
  await taken;
  await expect(status(second)).toHaveText('Live');
  await host.say(conversation, 'Who is there?');
  await Chat.onPage(second).shows('Who is there?');
  const over = first.waitForEvent('websocket', { timeout: 3_000 }).catch(() => null);
  await session.send('Debugger.resume').catch(() => {});
  await session.send('Debugger.disable');
  // It follows now, and has not opened another one.
  await Chat.onPage(first).shows('Who is there?');
  expect(await over).toBeNull();
  await Chat.onPage(second).write('Only me');
  await Chat.onPage(first).shows('Only me');
});

test('C3 in a browser without locks each tab has a connection of its own', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  await guest.context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  const sockets: WebSocket[] = [];
  guest.context.on('page', (page) => page.on('websocket', (socket) => sockets.push(socket)));
  guest.page.on('websocket', (socket) => sockets.push(socket));
  const tabs = await twoTabs(guest, path);
  await expect.poll(() => sockets.length).toBe(2);
  const chats = tabs.map((tab) => Chat.onPage(tab));
  for (const tab of tabs) await expect(status(tab)).toHaveText('Live');
  await host.say(conversation, 'For both of you');
  await chats[0].write('From the first');
  await chats[1].write('From the second');
  for (const chat of chats) {
    for (const text of ['For both of you', 'From the first', 'From the second']) await chat.shows(text);
    await expect(chat.progress).toHaveText(/Sent|Delivered|Read/);
  }
  expect(sockets.length).toBe(2);
});

test('C6 a second tab follows the draft until something else is written in it', async ({ market }) => {
  const { guest, path } = await market.talk(['host: Hello']);
  const first = Chat.onPage(await guest.open(path));
  const second = Chat.onPage(await guest.openTab(path));
  const list = await guest.openTab('/messages');
  await first.field.fill('Half a li');
  await expect(second.field).toHaveValue('Half a li');
  await expect(row(list, 'Hanno Host')).toContainText('Draft: Half a li');
  await first.write('Half a line, and the rest');
  await expect(second.field).toHaveValue('');
  await expect(row(list, 'Hanno Host')).toContainText('You: Half a line, and the rest');
  await second.field.fill('My own');
  await expect(first.field).toHaveValue('My own');
  await first.field.fill('Another one');
  await expect(row(list, 'Hanno Host')).toContainText('Draft: Another one');
  await expect(second.field).toHaveValue('My own');
});

test('C7 D7 @store three written offline, the browser closed and opened again: all there once and in order', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const folder = mkdtempSync(join(tmpdir(), 'stoa-device-'));
  try {
    const before = await market.device(folder);
    await before.enter(guest.token);
    await before.open(path);
    const chat = Chat.onPage(before.page);
    await expect(status(before.page)).toHaveText('Live');
    await before.context.setOffline(true);
    const texts = ['One from the tunnel', 'Two from the tunnel', 'Three from the tunnel'];
    for (const text of texts) await chat.write(text);
    await expect(chat.queue).toContainText('3 messages waiting to send');
    await before.context.close();

    // Nothing of it has arrived so far.
    await host.open(path);
    expect(await Chat.onPage(host.page).texts()).toEqual(['Hello']);

    const after = await market.device(folder);
    await after.enter(guest.token);
    await after.open(path);
    const again = Chat.onPage(after.page);
    await expect(again.progress).toHaveText(/Sent|Delivered|Read/, { timeout: PATIENCE_MS });
    await expect(again.bubbles).toHaveText(['Hello', ...texts]);
    await expect(Chat.onPage(host.page).bubbles).toHaveText(['Hello', ...texts]);
    await after.open(path);
    expect(await again.texts()).toEqual(['Hello', ...texts]);
    await expect(again.queue).toBeHidden();
    await after.context.close();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});

test('C7 E7 another person signs in on the same browser, and nothing of the first leaks', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const { guest, host, path, offer } = await market.talk(['guest: Hello']);
  const other = await market.signUp('Otto Other');
  const page = await guest.open(path);
  await expect(status(page)).toHaveText('Live');
  await guest.context.setOffline(true);
  await Chat.onPage(page).write('Only Hanno may read this');
  await expect(Chat.onPage(page).queue).toContainText('1 message waiting');
  await guest.context.setOffline(false);
  // The page is left before it goes out, and somebody else takes the seat.
  await page.goto('about:blank');
  const waiting = await host.open(path);
  const arrived = await Chat.onPage(waiting).bubble('Only Hanno may read this').count();
  await guest.enter(other.token);
  const wire = await Wire.of(page);
  const said: string[] = [];
  wire.onSay = (frame) => {
    said.push(JSON.stringify(frame));
    return true;
  };
  await guest.open('/messages');
  await expect(status(page)).toHaveText('Live');
  await expect(page.locator('.row')).toHaveCount(0);
  await expect(page.locator('body')).not.toContainText('Only Hanno');
  await page.goto(`/listings/${offer.id}`);
  expect(said.join()).not.toContain('Only Hanno');
  expect(said.join()).not.toContain('send_message');
  await expect(Chat.onPage(waiting).bubble('Only Hanno may read this')).toHaveCount(arrived);

  // Back in his own seat it goes out.
  await guest.enter(guest.token);
  await guest.open(path);
  await expect(Chat.onPage(page).progress).toHaveText(/Sent|Delivered|Read/, { timeout: PATIENCE_MS });
  await Chat.onPage(waiting).shows('Only Hanno may read this');
});

test('E7 an open tab falls silent when another person signs in beside it', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const other = await market.signUp('Otto Other');
  const page = await guest.open(path);
  await expect(status(page)).toHaveText('Live');
  await guest.enter(other.token);
  await guest.openTab('/messages');
  await expect(page.getByRole('alert').filter({ hasText: 'You were signed out' })).toBeVisible();
  const said: string[] = [];
  page.on('request', (request) => void (request.method() === 'POST' && said.push(request.url())));
  await Chat.onPage(page).write('In whose name?');
  await expect(Chat.onPage(page).queue).toContainText('1 message waiting');
  expect(said).toEqual([]);
});

test('A12 C4 @frame without sockets the page polls after five failures, and goes live again by itself', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  wire.isCut = true;
  await page.clock.install();
  await guest.open(path);
  for (let seconds = 0; seconds < 60 && wire.count < 5; seconds += 1) {
    await page.clock.runFor(1_000);
    await page.evaluate(() => document.title);
  }
  await expect(status(page)).toHaveText('Up to date');
  await expect(page.locator('.banner')).toHaveCount(0);
  await host.say(conversation, 'By post');
  await page.clock.runFor(3_500);
  await chat.shows('By post');
  await chat.write('By post as well');
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/);
  wire.isCut = false;
  // No further than to the next try, which has to be answered within a time as well.
  const tries = wire.count;
  for (let seconds = 0; seconds < 40 && wire.count === tries; seconds += 1) {
    await page.clock.runFor(1_000);
    await page.evaluate(() => document.title);
  }
  await expect(status(page)).toHaveText('Live');
  await host.say(conversation, 'At once');
  await chat.shows('At once');
});

test('A13 C7 what was seen before is there at once, also without a network', async ({ market, expectConsole }) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const { guest, host, path, conversation } = await market.talk(['guest: Hello', 'host: Good morning']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  await guest.open(path);
  await expect(status(page)).toHaveText('Live');
  await expect.poll(() => keptKeys(page)).toEqual(['inbox', `thread-${conversation}`]);
  await guest.open('/');
  await host.say(conversation, 'Meanwhile');
  await expect(badge(page)).toHaveText(/^1\b/);
  await expect.poll(() => keptText(page, 'inbox')).toContain('Meanwhile');
  await guest.context.setOffline(true);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Messages/ }).click();
  await expect(row(page, 'Hanno Host')).toContainText('Meanwhile');
  await row(page, 'Hanno Host').click();
  await chat.shows('Good morning');
  await guest.context.setOffline(false);
  await chat.shows('Meanwhile');
  expect(await chat.texts()).toEqual(['Hello', 'Good morning', 'Meanwhile']);

  // Signing out leaves nothing of it.
  await guest.open('/settings');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/');
  expect(await keptKeys(page)).toEqual([]);
});

test('B9 a sound tells of new messages where nobody looks, unless it is turned off', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  await guest.context.addInitScript(() => {
    const played = ((window as any).played = [] as string[]);
    HTMLMediaElement.prototype.play = function () {
      played.push(new URL(this.src).pathname);
      return Promise.resolve();
    };
  });
  const { page } = guest;
  const played = () => page.evaluate(() => (window as any).played as string[]);
  const chat = Chat.onPage(page);
  await guest.open(path);
  await expect(status(page)).toHaveText('Live');
  await host.say(conversation, 'You are looking');
  await chat.shows('You are looking');
  expect(await played()).toEqual([]);

  await looksAway(page);
  await host.say(conversation, 'You are not');
  await expect(page).toHaveTitle(/^\(1\) /);
  expect(await played()).toEqual(['/message.wav']);
  expect((await page.request.get('/message.wav')).headers()['content-type']).toMatch(/^audio\//);

  await guest.open('/settings');
  await page.getByRole('region', { name: 'Sound' }).getByRole('radio', { name: 'Off' }).check();
  await guest.open(path);
  await expect(page.locator('.progress, .bubble').first()).toBeVisible();
  await expect(status(page)).toHaveText('Live');
  await looksAway(page);
  await host.say(conversation, 'Silence');
  await expect(page).toHaveTitle(/^\(1\) /);
  expect(await played()).toEqual([]);
});

/** Two tabs of one browser, of which the first has the connection. */
async function twoTabs(person: Person, path: string, otherPath = path): Promise<[Page, Page]> {
  const first = await person.open(path);
  await expect(status(first)).toHaveText('Live');
  const second = await person.openTab(otherPath);
  await expect(status(second)).toHaveText('Live');
  return [first, second];
}

/** The names of what this browser keeps for the next visit, of all its people. */
function keptKeys(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const keys: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await opened(name!);
      const request = database.transaction('cache').objectStore('cache').getAllKeys();
      await new Promise((resolve) => (request.onsuccess = resolve));
      keys.push(...(request.result as string[]));
      database.close();
    }
    return keys;

    function opened(name: string): Promise<IDBDatabase> {
      return new Promise((resolve) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
      });
    }
  });
}

function keptText(page: Page, key: string): Promise<string> {
  return page.evaluate(async (key) => {
    const [{ name }] = await indexedDB.databases();
    const opening = indexedDB.open(name!);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const request = opening.result.transaction('cache').objectStore('cache').get(key);
    await new Promise((resolve) => (request.onsuccess = resolve));
    opening.result.close();
    return String(request.result);
  }, key);
}

test('D5 @frame what a poll has brought behind a lost frame is reported as delivered', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  const wire = await Wire.of(host.page);
  await host.open('/messages');
  const mine = Chat.onPage(await guest.open(path));
  await mine.write('One');
  await expect(mine.progress).toHaveText(/Delivered/);
  // One frame is lost. What comes behind it doesn't follow, so it is fetched.
  let lost = 0;
  wire.onHear = ({ type }) => !['message', 'change'].includes(type) || lost++ > 0;
  await mine.write('Two');
  await expect(mine.progress).toHaveText(/Sent/);
  await expect.poll(() => lost).toBe(1);
  await mine.write('Three');
  await expect(row(host.page, 'Gesa Guest').locator('.badge')).toHaveText(/^3\b/);
  await expect(mine.progress).toHaveText(/Delivered/);
});
