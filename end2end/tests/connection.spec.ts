// The net goes, the server goes, the session goes: nothing that was written is lost or doubled.
import { Chat, row } from '../chat';
import { expect, test } from '../fixtures';
import { awake } from '../marketplace';

const PATIENCE_MS = 60_000;

test('B8 C13 D7 @store a message waits for a server that was killed and is sent once', async ({
  market,
  server,
  expectConsole,
}) => {
  test.setTimeout(120_000);
  expectConsole(/Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/);
  expectConsole(/^failed: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE) .*\/rpc\//);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await server.kill();
  await chat.write('Written while nobody answers');
  await chat.write('And right after');
  await chat.shows('Written while nobody answers');
  await expect(page.locator('.banner')).toContainText('Reconnecting…');
  await expect(page.locator('.inbox__status')).toHaveText('Reconnecting…');
  await expect(chat.queue).toContainText('waiting to send');
  await expect(row(page, 'Hanno Host')).toContainText('Waiting:');

  await server.serve();
  await expect(chat.progress).toHaveText(/Sent/, { timeout: PATIENCE_MS });
  await expect(page.locator('.banner')).toContainText('You’re back online.');
  await expect(page.locator('.banner')).toHaveCount(0);
  await expect(chat.queue).toBeHidden();
  const texts = ['Hello', 'Written while nobody answers', 'And right after'];
  expect(await chat.texts()).toEqual(texts);
  await host.open(path);
  expect(await Chat.onPage(host.page).texts()).toEqual(texts);
});

test('B8 C7 C13 D6 offline a message waits and goes out once by itself', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED/);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  await host.open(path);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await guest.context.setOffline(true);
  await chat.write('From the tunnel');
  await expect(page.locator('.banner')).toContainText('You’re offline.');
  await expect(chat.queue).toContainText('1 message waiting to send');
  await expect(chat.progress).toHaveText(/Waiting to send/);
  await guest.context.setOffline(false);
  await expect(chat.progress).toHaveText(/Sent|Delivered/, { timeout: PATIENCE_MS });
  await expect(page.locator('.banner')).toContainText('You’re back online.');
  await expect(Chat.onPage(host.page).bubble('From the tunnel')).toHaveCount(1, { timeout: PATIENCE_MS });
  expect(await chat.texts()).toEqual(['Hello', 'From the tunnel']);
  await expect(chat.queue).toBeHidden();
});

test('C13 news are fetched when the window has the focus again', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await page.clock.install();
  await guest.open(path);
  // From here on time stands still: nothing is asked for by itself.
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  await page.waitForLoadState('networkidle');
  await host.say(conversation, 'Look here');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await chat.shows('Look here');
});

test('D7 a message is sent once though the answer was lost', async ({ market, expectConsole }) => {
  expectConsole(/ERR_CONNECTION_RESET|ERR_FAILED/);
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  let attempts = 0;
  await page.route('**/rpc/send_message', async (route) => {
    attempts += 1;
    if (attempts > 1) return route.continue();
    // It arrives, and its answer does not.
    await route.fetch();
    await route.abort('connectionreset');
  });
  await chat.write('Twice on the way');
  await expect.poll(() => attempts, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(2);
  await expect(chat.progress).toHaveText(/Sent/, { timeout: PATIENCE_MS });
  await chat.shows('Twice on the way');
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Twice on the way']);
});

test('C7 D7 signed out in the middle of typing, the text is there after signing in again', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 401 .*\/rpc\//);
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.field.fill('I was just saying');
  await guest.endSessionElsewhere();
  const notice = page.getByRole('alert').filter({ hasText: 'You were signed out' });
  await expect(notice).toBeVisible({ timeout: PATIENCE_MS });
  await expect(chat.field).toHaveValue('I was just saying');
  await notice.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await awake(page);
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(path);
  await awake(page);
  await expect(chat.field).toHaveValue('I was just saying');
  await chat.field.press('End');
  await chat.field.press('Enter');
  await chat.shows('I was just saying');
});

test('C7 D7 what was sent while signed out goes out after signing in again', async ({ market, expectConsole }) => {
  expectConsole(/status of 401 .*\/rpc\//);
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await guest.endSessionElsewhere();
  await chat.write('Too late');
  const notice = page.getByRole('alert').filter({ hasText: 'You were signed out' });
  await expect(notice).toBeVisible();
  await chat.shows('Too late');
  await notice.getByRole('link', { name: 'Sign in' }).click();
  await awake(page);
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(path);
  await chat.shows('Too late');
  await expect(chat.progress).toHaveText(/Sent/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Too late']);
});

test('D7 a reload while a message is on its way sends it once', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await page.route('**/rpc/send_message', () => {});
  await chat.write('Before the reload');
  await expect(chat.progress).toHaveText(/Sending…/);
  await page.unroute('**/rpc/send_message');
  await guest.open(path);
  await chat.shows('Before the reload');
  await expect(chat.progress).toHaveText(/Sent/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Before the reload']);
});
