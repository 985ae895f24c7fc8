// Writing: on screen at once, stored once, in order; and what can't be sent says why.
import type { Page, Route } from '@playwright/test';
import { Chat } from '../chat';
import { expect, test } from '../fixtures';

const NEWS_MS = 30_000;

test('C6 D5 a message is on screen at once and becomes the stored one in its place', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const release = await holdSends(page);
  await chat.write('On its way');
  await chat.shows('On its way');
  const id = await chat.bubble('On its way').getAttribute('data-message');
  await expect(chat.progress).toHaveText(/Sending…/);
  // Never locked while something is on its way.
  await chat.write('And one behind it');
  await chat.shows('And one behind it');
  await release();
  await expect(chat.progress).toHaveText(/Sent/);
  await chat.shows('On its way');
  expect(await chat.bubble('On its way').getAttribute('data-message')).toBe(id);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'On its way', 'And one behind it']);
  expect(await chat.bubble('On its way').getAttribute('data-message')).toBe(id);
});

test('C6 D7 @store a double click on Send sends once', async ({ market }) => {
  const { guest, path } = await market.talk();
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.field.fill('Only once');
  await chat.send.dblclick();
  await expect(chat.progress).toHaveText(/Sent/);
  await chat.shows('Only once');
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Only once']);
});

test('A7 C6 @store five messages in a row arrive in order, each once', async ({ market }) => {
  const { guest, host, path } = await market.talk();
  await host.open(path);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const texts = ['one', 'two', 'three', 'four', 'five'];
  await chat.field.focus();
  for (const text of texts) {
    await page.keyboard.insertText(text);
    await page.keyboard.press('Enter');
  }
  await expect(chat.bubbles).toHaveText(texts);
  await expect(Chat.onPage(host.page).bubbles).toHaveText(texts, { timeout: NEWS_MS });
  await expect(chat.bubbles).toHaveText(texts);
  await guest.open(path);
  await expect(chat.bubbles).toHaveText(texts);
});

test('D5 D7 a message that the server refuses is kept, with a reason and two ways on', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 422 .*send_message/);
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  // The server's own refusal, which the page's check never lets happen otherwise.
  await page.route('**/rpc/send_message', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/json',
      headers: { serverfnerror: '/rpc/send_message' },
      body: JSON.stringify({ code: 'invalid', message: 'The message has characters that can’t be shown.' }),
    }),
  );
  await chat.write('Not this time');
  await expect(chat.log.getByRole('alert')).toContainText('Not sent.');
  await expect(chat.queue).toContainText('1 message not sent');
  await chat.shows('Not this time');
  await page.unroute('**/rpc/send_message');
  await chat.log.getByRole('button', { name: 'Try again' }).click();
  await expect(chat.progress).toHaveText(/Sent|Delivered/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Not this time']);
});

test('a blank message can’t be sent, and a message that is too long says by how much', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.send).toBeDisabled();
  await chat.field.fill('  \n ');
  await expect(chat.send).toBeDisabled();
  await chat.field.press('Enter');
  await expect(chat.bubbles).toHaveCount(1);

  const tooLong = 'x'.repeat(10_001);
  await chat.field.fill(tooLong);
  await expect(chat.pane.getByRole('alert')).toContainText('Too long by 1');
  await chat.field.press('Enter');
  await expect(chat.pane.getByRole('alert')).toContainText('too long');
  await expect(chat.field).toHaveValue(tooLong);
  await expect(chat.bubbles).toHaveCount(1);
  await chat.field.fill(tooLong.slice(1));
  await expect(chat.pane.getByRole('alert')).toBeEmpty();
  await chat.field.press('Enter');
  await expect(chat.bubbles).toHaveCount(2);
  await expect(chat.progress).toHaveText(/Sent/);
});

test('what people write is shown as text, whatever it is', async ({ market }) => {
  const { guest, host, path } = await market.talk();
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const html = '<img src=x onerror="window.hacked = 1"><b>bold</b> &amp; <script>alert(1)</script>';
  await chat.write(html);
  await chat.shows(html);
  await expect(chat.bubble(html).locator('img, b, script')).toHaveCount(0);

  await chat.write('javascript:alert(1) data:text/html,x');
  await expect(chat.bubbles.last().locator('a')).toHaveCount(0);

  await chat.write('Look: https://stoa.example/a?b=1&c=<2>, there');
  const link = chat.bubbles.last().getByRole('link');
  await expect(link).toHaveAttribute('href', /^https:\/\/stoa\.example\/a\?b=1&c=/);
  await expect(link).toHaveAttribute('rel', /noopener.*nofollow/);
  await expect(link).toHaveAttribute('target', '_blank');

  await chat.write('👩‍👩‍👧🎉');
  await expect(chat.bubbles.last()).toHaveClass(/bubble--emoji/);
  const size = await chat.bubbles.last().locator('p').evaluate((text) => getComputedStyle(text).fontSize);
  expect(parseFloat(size)).toBeGreaterThanOrEqual(30);

  await chat.write('مرحبا، هل هو متاح؟');
  const rightToLeft = chat.bubbles.last().locator('p[dir=auto]');
  expect(await rightToLeft.evaluate((text) => getComputedStyle(text).direction)).toBe('rtl');

  await chat.field.fill('bell\u0007 and \u202Eoverride');
  await chat.field.press('Enter');
  await expect(chat.bubbles.last()).toHaveText('bell and \u202Eoverride');
  await expect(chat.bubbles).toHaveCount(6);
  await expect(chat.progress).toHaveText(/Sent/);

  // The same from the server, as the host sees it.
  await host.open(path);
  const seen = Chat.onPage(host.page);
  await seen.shows(html);
  await expect(seen.bubbles.locator('img, b, script')).toHaveCount(0);
  expect(await host.page.evaluate(() => (window as any).hacked)).toBeUndefined();
});

test('a conversation of others looks the same as one that does not exist', async ({ market, expectConsole }) => {
  expectConsole(/status of 404 .*\/messages\//);
  const { path } = await market.talk(['guest: Between the two of us']);
  const stranger = await market.signUp('Stan Stranger');
  const { page } = stranger;
  const seen: string[] = [];
  for (const address of [path, '/messages/01890a5d-ac96-774b-bcce-b302099a8057']) {
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole('heading', { name: /We can.t find this conversation/ })).toBeVisible();
    seen.push((await page.locator('main .chat').innerText()).trim());
  }
  expect(seen[0]).toBe(seen[1]);
  const answer = await page.goto('/messages/nonsense');
  expect(answer?.status()).toBe(404);
  await page.locator('main .chat').getByRole('link', { name: 'Open Messages' }).click();
  await expect(page).toHaveURL('/messages');
});

/** Keeps sends back until they are let go. */
async function holdSends(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isFree = false;
  await page.route('**/rpc/send_message', (route) => {
    if (isFree) return route.continue();
    held.push(route);
  });
  return async () => {
    isFree = true;
    await Promise.all(held.map((route) => route.continue()));
  };
}
