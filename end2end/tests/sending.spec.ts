// Writing: on screen at once, stored once, in order; and what can't be sent says why.
import { Chat } from '../chat';
import { expect, test } from '../fixtures';
import { isInFrame } from '../in_frame';
import { Wire } from '../wire';

const NEWS_MS = 30_000;

test('C6 D5 @frame a message is on screen at once and becomes the stored one in its place', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  const release = holdAcks(wire);
  await chat.write('On its way');
  await chat.shows('On its way');
  const id = await chat.bubble('On its way').getAttribute('data-message');
  await expect(chat.progress).toHaveText(/Sending…/);
  // Never locked while something is on its way.
  await chat.write('And one behind it');
  await chat.shows('And one behind it');
  // One at a time: the second waits for the first one's answer.
  expect(release.sends).toBe(1);
  release();
  await expect(chat.progress).toHaveText(/Sent/);
  await chat.shows('On its way');
  expect(await chat.bubble('On its way').getAttribute('data-message')).toBe(id);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'On its way', 'And one behind it']);
  expect(await chat.bubble('On its way').getAttribute('data-message')).toBe(id);
});

test('C6 D7 @store @frame a double click on Send sends once', async ({ market }) => {
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

test('A7 C6 @store @frame five messages in a row arrive in order, each once', async ({ market }) => {
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

test('D5 D7 @frame a message that the server refuses is kept, with a reason and two ways on', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  // The server's own refusal, which the page's check never lets happen otherwise.
  const error = { code: 'invalid', message: 'The message has characters that can’t be shown.' };
  wire.onSay = ({ type, id }, { answer }) => {
    if (type === 'send_message') answer({ type: 'refused', id, error });
    return type !== 'send_message';
  };
  await chat.write('Not this time');
  await expect(chat.log.getByRole('alert')).toContainText('Not sent.');
  await expect(chat.queue).toContainText('1 message not sent');
  await chat.shows('Not this time');
  wire.onSay = () => true;
  // It lets the others pass, and is still there after a reload, but for a frame, which keeps nothing.
  await chat.write('This one goes');
  await expect(chat.progress).toHaveText(/Sent/);
  if (!isInFrame) await guest.open(path);
  await expect(chat.log.getByRole('alert')).toContainText('Not sent.');
  await chat.log.getByRole('button', { name: 'Try again' }).click();
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'This one goes', 'Not this time']);
});

test('@frame a blank message can’t be sent, and a message that is too long says by how much', async ({ market }) => {
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

test('@frame what people write is shown as text, whatever it is', async ({ market }) => {
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
  await expect(chat.bubbles.last()).toHaveText('bell and override');
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

test('C6 D7 @frame too fast for the server, all of it goes out a little later and in order', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  const wire = await Wire.of(page);
  await guest.open(path);
  const error = { code: 'too_fast', message: 'That was a lot at once.' };
  let isBusy = true;
  wire.onSay = ({ type, id }, { answer }) => {
    if (type !== 'send_message' || !isBusy) return true;
    answer({ type: 'refused', id, error });
    return false;
  };
  for (const text of ['one', 'two', 'three']) await chat.write(text);
  await expect(chat.queue).toContainText('waiting to send');
  isBusy = false;
  await expect(chat.queue).toBeHidden();
  await expect(chat.progress).toHaveText(/Sent/);
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'one', 'two', 'three']);
});

test('C7 @frame where the browser keeps nothing, the page says so before it is left', async ({ market, expectConsole }) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const { guest, path } = await market.talk(['guest: Hello']);
  const { page } = guest;
  const chat = Chat.onPage(page);
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('refused', 'SecurityError');
    };
  });
  await guest.open(path);
  await chat.write('It goes out all the same');
  await expect(chat.progress).toHaveText(/Sent/);
  await guest.context.setOffline(true);
  await chat.write('This one has to wait');
  await expect(chat.queue).toContainText('leave this page open');
  const asked = page.waitForEvent('dialog');
  void page.reload().catch(() => {});
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await guest.context.setOffline(false);
  await expect(chat.queue).toBeHidden({ timeout: 30_000 });
  await guest.open(path);
  expect(await chat.texts()).toEqual(['Hello', 'It goes out all the same', 'This one has to wait']);
});

/** Keeps the server's answers back until they are let go. */
function holdAcks(wire: Wire) {
  let isFree = false;
  const release = Object.assign(() => release.go(), { sends: 0, go: () => {} });
  const held: (() => void)[] = [];
  wire.onSay = ({ type }) => {
    if (type === 'send_message') release.sends += 1;
    return true;
  };
  wire.onHear = (frame, { answer }) => {
    if (isFree) return true;
    held.push(() => answer(frame));
    return false;
  };
  release.go = () => {
    isFree = true;
    for (const pass of held) pass();
  };
  return release;
}
