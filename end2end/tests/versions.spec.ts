// Pages of another build than the server's: they are reloaded when that loses nothing, and what is unsent goes another way.
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { awake } from '../marketplace';
import { Wire } from '../wire';

const PATIENCE_MS = 60_000;

test('C4 C7 a page that the server has outgrown loads itself again when nobody looks, and keeps the draft', async ({
  market,
}) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const wire = await Wire.of(page);
  let isOutgrown = false;
  wire.onSay = ({ type }, { answer }) => {
    if (type !== 'ping' || isOutgrown) return true;
    isOutgrown = true;
    answer({ type: 'reload' });
    return false;
  };
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await Chat.onPage(page).field.fill('I was just saying');
  let loads = 0;
  page.on('load', () => void (loads += 1));
  // Coming back to a live page asks whether the connection is there.
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect.poll(() => isOutgrown).toBe(true);
  await Chat.onPage(page).write('It still works');
  await expect(Chat.onPage(page).progress).toHaveText(/Sent|Delivered/, { timeout: PATIENCE_MS });
  await Chat.onPage(page).field.fill('And more to say');
  expect(loads).toBe(0);
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => loads).toBe(1);
  await awake(page);
  await expect(Chat.onPage(page).field).toHaveValue('And more to say');
  await expect(page.locator('.inbox__status')).toHaveText('Live');
});

test('C4 C7 D7 what is on its way when the server outgrows the page goes another way, and news come after a failure', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_CONNECTION_ABORTED.*\/rpc\/poll_messages/);
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  wire.onSay = ({ type }, { answer }) => {
    if (type !== 'send_message') return true;
    answer({ type: 'reload' });
    return false;
  };
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await chat.write('On its way');
  await expect(chat.progress).toHaveText(/Sent|Delivered/, { timeout: PATIENCE_MS });
  let failures = 0;
  await page.route(/poll_messages/, (route) => {
    failures += 1;
    return failures > 2 ? route.continue() : route.abort('connectionaborted');
  });
  await expect.poll(() => failures, { timeout: PATIENCE_MS }).toBeGreaterThan(2);
  await host.say(conversation, 'Said meanwhile');
  await chat.shows('Said meanwhile');
  expect(await chat.texts()).toEqual(['Hello', 'On its way', 'Said meanwhile']);
  expect(wire.count).toBe(1);
});

test('E8 a page of another build offers to reload, does so at a link, and never over a form that is filled in', async ({
  market,
}) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  // The server says that it has another build, as after an upgrade.
  const wire = await Wire.of(page);
  let isUpgraded = true;
  wire.onHear = (frame, { answer }) => {
    if (frame.type !== 'welcome' || !isUpgraded) return true;
    answer({ ...frame, site: 'another' });
    return false;
  };
  await guest.open(path);
  const banner = page.locator('.banner');
  await expect(banner).toContainText('There is a newer version.');
  await expectAccessible(page);
  await banner.getByRole('button', { name: 'Later' }).click();
  await expect(banner).toHaveCount(0);
  const chat = Chat.onPage(page);
  await chat.write('Still the old page');
  await expect(chat.progress).toHaveText(/Sent|Delivered/);
  await chat.field.fill('A draft');
  let loads = 0;
  page.on('load', () => void (loads += 1));
  const look = (state: string) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  // Something that would be lost keeps the page.
  await page.evaluate(() => {
    const form = document.body.appendChild(document.createElement('form'));
    form.innerHTML = '<label>Title<input name="title"></label>';
    form.querySelector('input')!.value = 'half a listing';
  });
  await look('hidden');
  await look('visible');
  expect(loads).toBe(0);
  isUpgraded = false;
  await page.locator('header').getByRole('link', { name: 'Explore' }).first().click();
  await expect.poll(() => loads).toBe(1);
  await awake(page);
  await expect(banner).toHaveCount(0);
  await guest.open(path);
  await expect(chat.field).toHaveValue('A draft');
});
