// Reading: one's place in a thread, older messages, news below, and what is asked of the server.
import type { Page, Route } from '@playwright/test';
import { Chat, badge, row } from '../chat';
import { expect, test } from '../fixtures';
import { isInFrame } from '../in_frame';
import { Wire } from '../wire';

const NEWS_MS = 30_000;

/** Lines that are drawn at most. */
const DRAWN_MAX = 80;
/** Long enough for several pages of 50. */
const LONG = Array.from({ length: 130 }, (_, index) => `${index % 7 < 4 ? 'guest' : 'host'}: line ${index + 1}`);

test('C10 @frame whoever reads further up stays there and is told of news below', async ({ market }) => {
  const { guest, host, path } = await market.talk(LONG.slice(0, 45));
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.bubble('line 45')).toBeInViewport();
  const jump = chat.pane.locator('.thread__jump');
  await expect(jump).toHaveCount(0);
  await expect(badge(page)).toHaveCount(0);

  await chat.log.hover();
  await page.mouse.wheel(0, -900);
  await expect(jump).toHaveText('Latest');
  await expect(chat.bubble('line 45')).not.toBeInViewport();
  const place = await topBubble(chat);

  const conversation = path.split('/').at(-1)!;
  await host.say(conversation, 'news one');
  await host.say(conversation, 'news two');
  await expect(jump).toHaveText('2 new messages', { timeout: NEWS_MS });
  const after = await topBubble(chat);
  expect(after.text).toBe(place.text);
  expect(Math.abs(after.top - place.top)).toBeLessThanOrEqual(2);
  // What is below has not been read.
  await expect(isInFrame ? row(page, 'Hanno Host').locator('.badge') : badge(page)).toHaveText(/^2\b/);

  await jump.click();
  await expect(chat.bubble('news two')).toBeInViewport();
  await expect(jump).toHaveCount(0);
  await expect(badge(page)).toHaveCount(0);

  // At the end one stays at the end.
  await host.say(conversation, 'news three');
  await expect(chat.bubble('news three')).toBeInViewport({ timeout: NEWS_MS });
  await expect(jump).toHaveCount(0);
});

test('C10 @frame one’s own message is shown wherever one was', async ({ market }) => {
  const { guest, path } = await market.talk(LONG.slice(0, 45));
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.log.hover();
  await page.mouse.wheel(0, -900);
  await expect(chat.pane.locator('.thread__jump')).toBeVisible();
  await chat.write('Here I am');
  await expect(chat.bubble('Here I am')).toBeInViewport();
});

test('C10 E1 @frame older messages come while one scrolls up, and the line under the eye stays', async ({ market }) => {
  const { guest, path } = await market.talk(LONG);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.bubble('line 130')).toBeInViewport();
  await expect(chat.bubbles).toHaveCount(50);

  const held: Route[] = [];
  await page.route('**/rpc/get_messages*', (route) => void held.push(route), { times: 1 });
  await chat.log.hover();
  await page.mouse.wheel(0, -1_300);
  await expect.poll(() => held.length).toBe(1);
  const before = await topBubble(chat);
  await held[0].continue();
  await expect.poll(() => chat.bubbles.count()).toBeGreaterThan(50);
  await expect.poll(async () => (await topBubble(chat)).text).toBe(before.text);
  expect(Math.abs((await topBubble(chat)).top - before.top)).toBeLessThanOrEqual(2);

  await page.mouse.wheel(0, -20_000);
  await expect(chat.bubble('line 1')).toBeInViewport();
  await expect(chat.log.locator('.thread__gap')).toHaveCount(0);
  expect(await chat.texts()).toEqual(LONG.slice(0, DRAWN_MAX).map((line) => line.split(': ')[1]));
  await page.mouse.wheel(0, 20_000);
  await expect(chat.bubble('line 130')).toBeInViewport();
  expect(await chat.texts()).toEqual(LONG.slice(-DRAWN_MAX).map((line) => line.split(': ')[1]));
});

test('A13 a conversation that was open before is shown from the browser’s memory', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello', 'host: Good morning']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.shows('Good morning');
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (/\/rpc\/(get_messages|get_conversations)\b/.test(request.url())) fetched.push(request.url());
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Explore' }).click();
  await expect(page).toHaveURL('/');
  await host.say(conversation, 'While you were away');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Messages/ }).click();
  await row(page, 'Hanno Host').click();
  await chat.shows('Good morning');
  await expect(chat.bubble('While you were away')).toHaveCount(1, { timeout: NEWS_MS });
  expect(fetched).toEqual([]);
});

test('A12 news are asked for every 3 s with a conversation open and every 10 s without', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  // The page's time moves only in the steps below, and never while an answer is on its way.
  let now = 0;
  let asked: number[] = [];
  const answers: Promise<unknown>[] = [];
  page.on('request', (request) => {
    if (!request.url().includes('/rpc/poll_messages')) return;
    asked.push(now);
    answers.push(request.response());
  });
  const live = async (ms: number) => {
    asked = [];
    for (const end = now + ms; now < end; now += 500) {
      await page.clock.runFor(500);
      await page.evaluate(() => document.title);
      await Promise.all(answers);
    }
    return asked.slice(1).map((at, index) => at - asked[index]);
  };
  const wire = await Wire.of(page);
  wire.isCut = true;
  await page.clock.install();
  await guest.open(path);
  await page.clock.pauseAt(new Date(Date.now() + 1_000));
  // Five tries of a socket come first.
  while (wire.count < 5) await live(1_000);
  await expect(page.locator('.inbox__status')).toHaveText('Up to date');
  const open = await live(12_000);
  expect(open.length).toBeGreaterThanOrEqual(2);
  expect(open.every((wait) => wait >= 2_500 && wait <= 3_500), `${open}`).toBe(true);

  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(page).toHaveURL('/');
  await live(12_000);
  const idle = await live(32_000);
  expect(idle.length).toBeGreaterThanOrEqual(2);
  expect(idle.every((wait) => wait >= 9_500 && wait <= 10_500), `${idle}`).toBe(true);
});

test('A8 @frame the times in the list keep themselves current', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello']);
  const { page } = guest;
  await page.clock.install({ time: new Date() });
  await guest.open('/messages');
  const time = row(page, 'Hanno Host').locator('time');
  await expect(time).toHaveText('now');
  await page.clock.fastForward('03:00');
  await expect(time).toHaveText(/^\u200b?3 min/);
  await page.clock.fastForward('23:58:00');
  await expect(time).toHaveText('Yesterday');
  await expect(time).toHaveAttribute('title', /\d{4}/);
});

test('A8 C9 @frame the list is sorted by last message, searched and filtered', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const hosts = [await market.signUp('Anton Alt'), await market.signUp('Berta Busch')];
  const talks: string[] = [];
  for (const host of hosts) {
    const conversation = await market.conversation(guest, await market.offer(host));
    await guest.say(conversation, `Hello ${host.name}`);
    talks.push(conversation);
  }
  const page = await guest.open('/messages');
  const names = page.locator('.inbox__list .row:not(.hit) .row__name');
  await expect(names).toHaveText(['Berta Busch', 'Anton Alt']);
  await hosts[0].say(talks[0], 'I am here again');
  await expect(names).toHaveText(['Anton Alt', 'Berta Busch'], { timeout: NEWS_MS });
  await expect(row(page, 'Anton Alt')).toContainText('I am here again');

  const search = page.getByRole('searchbox', { name: 'Search conversations' });
  await search.fill('busch');
  await expect(names).toHaveText(['Berta Busch']);
  await search.fill('nobody at all');
  await expect(page.getByRole('heading', { name: 'Nothing for “nobody at all”' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(names).toHaveCount(2);
  await page.getByRole('button', { name: 'Unread' }).click();
  await expect(names).toHaveText(['Anton Alt']);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect(names).toHaveCount(2);
});

test('C9 a conversation with many lines is told by days and people', async ({ market }) => {
  const noor = await market.demo('noor');
  const page = await noor.open('/messages');
  await row(page, 'Boathouse on the lake').filter({ hasText: 'Tomas Berg' }).first().click();
  const chat = Chat.onPage(page);
  await expect(chat.pane.getByRole('heading', { name: 'Tomas Berg' })).toBeVisible();
  await expect(chat.pane.getByRole('link', { name: /Boathouse on the lake/ })).toHaveAttribute('href', /^\/orders\//);
  await expect(chat.log.locator('.thread__day').last()).toHaveText(/Today|Yesterday/);
  await expect(chat.log.getByRole('article', { name: /^Tomas Berg, \d\d:\d\d$/ }).last()).toBeVisible();
  await expect(page).toHaveTitle(/Tomas Berg · Stoa$/);
});

/** The first message that is at least partly in view, and where it stands. */
function topBubble(chat: Chat): Promise<{ text: string; top: number }> {
  return chat.log.evaluate((log) => {
    const edge = log.getBoundingClientRect().top;
    const first = [...log.querySelectorAll<HTMLElement>('.bubble')].find(
      (bubble) => bubble.getBoundingClientRect().bottom > edge,
    )!;
    return { text: first.innerText, top: Math.round(first.getBoundingClientRect().top - edge) };
  });
}

test('B25 a conversation with many unread opens at the first of them, and what was not on screen stays unread', async ({
  market,
}) => {
  const unread = Array.from({ length: 120 }, (_, index) => `host: news ${index + 1}`);
  const { guest, path } = await market.talk(['guest: Hello', 'host: Welcome', ...unread]);
  // Everything before is read; "Welcome" is among what is not.
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.log.locator('.thread__fresh')).toBeInViewport();
  await expect(chat.bubble('Welcome')).toBeInViewport();
  await expect(chat.bubble('news 120')).not.toBeInViewport();
  const jump = chat.pane.locator('.thread__jump');
  await expect(jump).toHaveText(/^\u200b?1[01]\d new messages$/);
  await expect(badge(page)).toHaveText(/^99\+/);
  const server = async () => (await guest.api('GET', '/api/messages/unread-count')).unread;
  await expect.poll(server).toBeLessThan(121);
  const first = await server();
  expect(first).toBeGreaterThan(100);

  // One reads on, and only that is read.
  await chat.log.hover();
  await page.mouse.wheel(0, 300);
  await expect.poll(server).toBeLessThan(first);
  expect(await server()).toBeGreaterThan(80);

  await jump.click();
  await expect(chat.bubble('news 120')).toBeInViewport();
  await expect(badge(page)).toHaveCount(0);
  await expect.poll(server).toBe(0);
});

test('B25 a few unread are read at once: all of them are on screen', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: Welcome', 'host: Come in']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.bubble('Come in')).toBeInViewport();
  await expect(badge(page)).toHaveCount(0);
  await expect.poll(async () => (await guest.api('GET', '/api/messages/unread-count')).unread).toBe(0);
  await expect(chat.pane.locator('.thread__jump')).toHaveCount(0);
});
