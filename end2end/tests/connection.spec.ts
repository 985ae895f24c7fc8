// The net goes, the server goes, the session goes: nothing that was written is lost or doubled.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { isInFrame } from '../in_frame';
import { awake } from '../marketplace';
import { Wire } from '../wire';

const PATIENCE_MS = 60_000;

test('B8 C13 D7 @store @frame a message waits for a server that was killed and is sent once', async ({
  market,
  server,
  expectConsole,
}) => {
  test.setTimeout(120_000);
  expectConsole(/Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/);
  expectConsole(/^failed: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE) .*\/(rpc|pkg)\//);
  expectConsole(/WebSocket connection to .* failed/);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(page.locator('html[data-loaded]')).toHaveCount(1);
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

test('C13 @frame a connection that goes before the page has all its parts is told of, and they come later', async ({
  market,
  server,
  expectConsole,
}) => {
  expectConsole(/Failed to load resource|^failed: net::ERR_|WebSocket connection to .* failed/);
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  await page.route(/split_pages/, (route) => route.abort());
  await guest.open(path);
  await server.kill();
  const banner = page.locator('.banner');
  await expect(banner).toHaveText('Reconnecting…');
  await expectAccessible(page);
  await Chat.onPage(page).write('Said before all was there');
  await page.unroute(/split_pages/);
  await server.serve();
  await expect(Chat.onPage(page).progress).toHaveText(/Sent/, { timeout: PATIENCE_MS });
  await expect(page.locator('html[data-loaded]')).toHaveCount(1, { timeout: PATIENCE_MS });
  await expect(banner).toHaveCount(0);
  // Keys for the whole page are not a frame's.
  if (isInFrame) return;
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('B8 C7 C13 D6 @frame offline a message waits and goes out once by itself', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED/);
  expectConsole(/WebSocket connection to .* failed/);
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
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/, { timeout: PATIENCE_MS });
  await expect(page.locator('.banner')).toContainText('You’re back online.');
  await expect(Chat.onPage(host.page).bubble('From the tunnel')).toHaveCount(1, { timeout: PATIENCE_MS });
  expect(await chat.texts()).toEqual(['Hello', 'From the tunnel']);
  await expect(chat.queue).toBeHidden();
});

test('C13 the banner lies over the page, and then shrinks into the bar or the header', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED/);
  expectConsole(/WebSocket connection to .* failed/);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const banner = page.locator('.banner');
  const places = () =>
    page.evaluate(() =>
      ['main', '.chat__head', '.bubble', '.inbox'].map((part) => document.querySelector(part)!.getBoundingClientRect().top),
    );
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  const before = await places();
  await guest.context.setOffline(true);
  await expect(banner).toContainText('Your messages are kept here');
  expect((await banner.boundingBox())!.y).toBe(64);
  expect(await places()).toEqual(before);
  await expect(banner).toHaveClass(/banner--small/);
  await expect(banner.getByText('Your messages are kept here')).toBeHidden();
  await expect(banner.getByText('You’re offline.')).toBeVisible();
  expect((await banner.boundingBox())!.width).toBeLessThan(200);
  expect(await places()).toEqual(before);
  await expectAccessible(page);
  // The focus, or a tap, brings back all of it.
  await banner.getByRole('button', { name: 'Try now' }).focus();
  await expect(banner.getByText('Your messages are kept here')).toBeVisible();
  await page.getByRole('textbox', { name: /^Message/ }).focus();

  await page.setViewportSize({ width: 390, height: 844 });
  const [small, name] = await Promise.all([
    banner.boundingBox(),
    page.locator('.chat__who h2').boundingBox(),
  ]);
  expect(small!.y).toBeGreaterThanOrEqual(name!.y + name!.height - 4);
  expect(small!.y + small!.height).toBeLessThanOrEqual(56);
  await expect(page.getByRole('heading', { level: 2, name: host.name })).toBeVisible();
});

test('C13 @frame news are fetched when the window has the focus again', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  // Over the socket they would come by themselves.
  (await Wire.of(page)).isCut = true;
  await page.clock.install();
  await guest.open(path);
  // From here on time stands still: nothing is asked for by itself.
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  await page.waitForLoadState('networkidle');
  await host.say(conversation, 'Look here');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await chat.shows('Look here');
});

test('D7 @frame a message is sent once though the answer was lost', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  // Nor does polling tell of it.
  await page.route(/poll_messages/, () => {});
  let attempts = 0;
  wire.onSay = ({ type }) => {
    if (type === 'send_message') attempts += 1;
    return true;
  };
  // It arrives, and the connection breaks before its answer, or any news of it, is there.
  let isBroken = false;
  wire.onHear = (_, { breakOff }) => {
    if (attempts === 0 || isBroken) return true;
    isBroken = true;
    breakOff();
    return false;
  };
  await chat.write('Twice on the way');
  await expect.poll(() => attempts, { timeout: PATIENCE_MS }).toBe(2);
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
  // The session may be gone before the page has connected.
  expectConsole(/WebSocket connection to .* failed: HTTP Authentication failed/);
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
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  wire.onSay = ({ type }) => type !== 'send_message';
  await chat.write('Before the reload');
  await expect(chat.progress).toHaveText(/Sending…/);
  wire.onSay = () => true;
  await guest.open(path);
  await chat.shows('Before the reload');
  await expect(chat.progress).toHaveText(/Sent/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Before the reload']);
});

test('D7 @frame a message on which two sockets broke goes by HTTP', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  // While it is not known that HTTP gets through, a new socket is tried first.
  await page.route(/poll_messages/, () => {});
  let breaks = 0;
  wire.onSay = ({ type }, { breakOff }) => {
    if (type !== 'send_message') return true;
    breaks += 1;
    breakOff();
    return false;
  };
  const posted = page.waitForRequest('**/rpc/send_message', { timeout: PATIENCE_MS });
  await chat.write('Poison for a socket');
  await posted;
  await expect(chat.progress).toHaveText(/Sent/);
  expect(breaks).toBe(2);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'Poison for a socket']);
});

test('C2 C4 B8 @frame a connection that has died silently is found and replaced', async ({ market }) => {
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await page.clock.install();
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await page.clock.pauseAt(new Date(Date.now() + 1_000));
  // Half open: nothing gets through any more in either direction, and nobody says so.
  let pings = 0;
  wire.onHear = () => false;
  wire.onSay = ({ type }) => {
    if (type === 'ping') pings += 1;
    return false;
  };
  await host.say(conversation, 'Into the void');
  for (let seconds = 0; seconds < 31 && pings === 0; seconds += 1) {
    await page.clock.runFor(1_000);
    await page.evaluate(() => document.title);
  }
  expect(pings).toBe(1);
  expect(wire.count).toBe(1);
  await page.clock.runFor(8_000);
  expect(wire.count).toBe(1);
  wire.onSay = wire.onHear = () => true;
  await page.clock.runFor(4_000);
  await chat.shows('Into the void');
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  expect(wire.count).toBe(2);
});

test('C4 the waits between tries grow', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const wire = await Wire.of(page);
  wire.isCut = true;
  await page.clock.install();
  let now = 0;
  const tries: number[] = [];
  await guest.open(path);
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  const settle = async () => {
    await page.clock.runFor(200);
    await page.evaluate(() => new Promise((resolve) => queueMicrotask(() => resolve(null))));
  };
  await page.reload({ waitUntil: 'commit' });
  const before = wire.count;
  for (let seen = before; tries.length < 5 && now < 120_000; now += 200) {
    await settle();
    if (wire.count > seen) tries.push(now);
    seen = wire.count;
  }
  const waits = tries.slice(1).map((at, index) => at - tries[index]);
  [1_000, 2_000, 4_000, 8_000].forEach((wait, index) => {
    expect(waits[index], `${waits}`).toBeGreaterThanOrEqual(wait * 0.8 - 400);
    expect(waits[index], `${waits}`).toBeLessThanOrEqual(wait * 1.2 + 800);
  });
});

test('C4 C7 D7 @frame the server’s history is another one: everything is fetched anew, and what waits is sent', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_CONNECTION_ABORTED.*\/rpc\/(send_message|poll_messages)/);
  const { guest, host, path, conversation } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  wire.cut();
  await page.route(/send_message|poll_messages/, (route) => route.abort('connectionaborted'));
  await chat.write('Written before');
  await expect(chat.queue).toContainText('1 message waiting to send');
  await host.say(conversation, 'Said meanwhile');

  let resets = 0;
  wire.onSay = ({ type }, { answer }) => {
    if (type !== 'hello' || resets > 0) return true;
    resets += 1;
    answer({ type: 'reset', epoch: 'another', head: 0 });
    return false;
  };
  wire.mend();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(page.locator('.inbox__status')).toHaveText('Live', { timeout: PATIENCE_MS });
  await page.unroute(/send_message|poll_messages/);
  await expect(chat.progress).toHaveText(/Sent|Delivered/, { timeout: PATIENCE_MS });
  expect(resets).toBe(1);
  expect(await chat.texts()).toEqual(['Hello', 'Said meanwhile', 'Written before']);
  await host.open(path);
  await Chat.onPage(host.page).shows('Written before');
});
