// Replies that quote a message, and reactions (F7, F6).
import type { Locator, Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { uuidV7 } from '../marketplace';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const NEWS_MS = 30_000;
const LOOKS = [
  { colorScheme: 'light', reducedMotion: 'reduce' },
  { colorScheme: 'dark', reducedMotion: 'reduce' },
] as const;

for (const look of LOOKS) {
  test(`F7 a reply quotes a message, leads to it and back, and follows its edits, ${look.colorScheme}`, async ({ market }) => {
    const lines = ['host: The code is 1234', ...Array.from({ length: 120 }, (_, line) => `guest: line ${line}`)];
    const { guest, host, conversation, path } = await market.talk(lines, { guest: look });
    const page = await guest.open(path);
    const chat = Chat.onPage(page);
    await menuOf(chat, 'line 119');
    await expectAccessible(page);
    await page.getByRole('menuitem', { name: 'Reply', exact: true }).click();
    await expect(chat.field).toBeFocused();
    await expect(chat.pane.getByText('Replying to You')).toBeVisible();
    await expectAccessible(page);

    // Esc takes it away, and the draft keeps it.
    await chat.field.press('Escape');
    await expect(chat.pane.getByText('Replying to')).toHaveCount(0);
    await replyByKeyboard(page, 'line 118');
    await chat.field.fill('That');
    await page.reload();
    await expect(chat.pane.getByText('Replying to You')).toBeVisible();
    await expect(chat.field).toHaveValue('That');
    await chat.write('That one');
    await expect(quoteOf(chat, 'That one')).toHaveAccessibleName('In reply to You: line 118');
    await expect(chat.pane.getByText('Replying to')).toHaveCount(0);

    // The other side quotes the very first message, which is not loaded here.
    const first = () => host.api('GET', `/api/conversations/${conversation}/messages?after_seq=0&limit=1`).then((page) => page.messages[0]);
    const { id, seq, version } = await first();
    await host.api('POST', `/api/conversations/${conversation}/messages`, {
      id: uuidV7(),
      body: 'Still the same?',
      attached: { reply: seq },
    });
    const far = quoteOf(chat, 'Still the same?');
    await expect(far).toHaveAccessibleName('In reply to Hanno Host: The code is 1234', { timeout: NEWS_MS });
    await host.api('PATCH', `/api/messages/${id}`, { seen_version: version, body: 'It is 9999' });
    await expect(far).toHaveAccessibleName('In reply to Hanno Host: It is 9999', { timeout: NEWS_MS });

    await far.click();
    await expect(chat.bubble('It is 9999')).toBeInViewport();
    await expect(chat.bubble('It is 9999').getByRole('button', { name: 'More' })).toBeFocused();
    await page.getByRole('button', { name: 'Back to the reply' }).click();
    await expect(chat.bubble('Still the same?')).toBeInViewport();
    await expect(page.getByRole('button', { name: 'Back to the reply' })).toHaveCount(0);

    // Loaded anew, the quote comes with its page.
    await page.reload();
    await expect(far).toHaveAccessibleName('In reply to Hanno Host: It is 9999');
    await host.api('DELETE', `/api/messages/${id}?seen_version=${(await first()).version}`);
    await expect(far).toHaveAccessibleName('In reply to Hanno Host: Message deleted', { timeout: NEWS_MS });
  });

  test(`F6 reactions: by the menu, by pressing one, live and with names, ${look.colorScheme}`, async ({ market }) => {
    const { guest, host, path } = await market.talk(['host: The key is under the mat', 'guest: Thanks'], { guest: look });
    const page = await guest.open(path);
    const chat = Chat.onPage(page);
    const theirs = Chat.onPage(await host.open(path));
    await menuOf(chat, 'The key is under the mat');
    await expect(page.getByRole('menuitemcheckbox')).toHaveCount(8);
    await page.getByRole('menuitemcheckbox', { name: 'React with 👍' }).click();
    const mine = reaction(chat, 'The key is under the mat', '👍');
    await expect(mine).toHaveAttribute('aria-pressed', 'true');
    await expect(mine).toHaveAccessibleName('👍: You');
    const seen = reaction(theirs, 'The key is under the mat', '👍');
    await expect(seen).toHaveAccessibleName('👍: Gesa Guest', { timeout: NEWS_MS });
    await expect(seen).toHaveAttribute('aria-pressed', 'false');
    // Nobody is told of it, and the list stays as it is.
    await expect(row(host.page, 'Gesa Guest')).toContainText('Thanks');
    await seen.click();
    await expect(mine).toHaveAccessibleName('👍: You, Hanno Host', { timeout: NEWS_MS });
    await expect(mine).toHaveText('👍2');
    await expectAccessible(page);

    // By keyboard: the chip is a button, pressed again it is taken back.
    await mine.focus();
    await page.keyboard.press('Enter');
    await expect(mine).toHaveAttribute('aria-pressed', 'false');
    await expect(seen).toHaveAccessibleName('👍: You', { timeout: NEWS_MS });

    // Any emoji, by the keyboard of the system.
    await menuOf(chat, 'Thanks');
    await page.getByRole('menuitem', { name: 'Other emoji' }).click();
    const dialog = page.getByRole('dialog', { name: 'Other emoji' });
    await expect(dialog.getByLabel('Any emoji')).toBeFocused();
    await expectAccessible(page);
    await page.keyboard.type('🦊');
    await page.keyboard.press('Enter');
    await expect(reaction(chat, 'Thanks', '🦊')).toHaveAccessibleName('🦊: You');

    await menuOf(theirs, 'Thanks');
    await host.page.getByRole('menuitem', { name: 'Who reacted' }).click();
    await expect(host.page.getByRole('group', { name: 'Who reacted' })).toContainText('🦊 Gesa Guest');
    await expectAccessible(host.page);
  });
}

test('F6 what is no emoji is refused with a word', async ({ market, expectConsole }) => {
  expectConsole(/status of 422/);
  const { guest, path } = await market.talk(['host: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await menuOf(chat, 'Hello');
  await page.getByRole('menuitem', { name: 'Other emoji' }).click();
  await page.keyboard.type('ok');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Notices').getByText('Choose one emoji.')).toBeVisible();
  await expect(chat.log.locator('.reaction')).toHaveCount(0);
});

test('F7 C7 @frame a reply that is written offline goes out as one', async ({ market, expectConsole }) => {
  expectConsole(/./);
  const { guest, host, conversation, path } = await market.talk(['host: Shall I wait?']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(page.locator('html[data-loaded]')).toHaveCount(1);
  await guest.context.setOffline(true);
  await menuOf(chat, 'Shall I wait?');
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).click();
  await chat.write('Please do');
  await expect(quoteOf(chat, 'Please do')).toHaveAccessibleName('In reply to Hanno Host: Shall I wait?');
  await guest.context.setOffline(false);
  await expect(chat.progress).toHaveText(/Sent|Delivered/, { timeout: 60_000 });
  const { messages } = await host.api('GET', `/api/conversations/${conversation}/messages`);
  expect(messages.at(-1)).toMatchObject({ body: 'Please do', attached: { reply: messages[0].seq } });
});

test('F7 F6 on a phone a bubble that is drawn aside is replied to, and a long press offers both', async ({ market }) => {
  const { guest, path } = await market.talk(['host: Shall I wait?', 'guest: Yes'], { guest: PHONE });
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const bubble = chat.bubble('Shall I wait?');
  const touch = await page.context().newCDPSession(page);
  const { x, y, height } = (await bubble.boundingBox())!;
  const at = (by: number) => [{ x: x + 20 + by, y: y + height / 2 }];
  // Not far enough.
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (const by of [10, 20, 30]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(by) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(chat.pane.getByText('Replying to')).toHaveCount(0);
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (const by of [10, 30, 50, 70, 90]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(by) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(chat.pane.getByText('Replying to Hanno Host')).toBeVisible();
  await expectAccessible(page);
  await chat.field.fill('Five minutes');
  await chat.send.tap();
  await expect(quoteOf(chat, 'Five minutes')).toHaveAccessibleName('In reply to Hanno Host: Shall I wait?');

  const long = (await chat.bubble('Shall I wait?').boundingBox())!;
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: long.x + 20, y: long.y + long.height / 2 }] });
  await expect(page.getByRole('menuitemcheckbox', { name: 'React with ❤️' })).toBeVisible();
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expectAccessible(page);
  await page.getByRole('menuitemcheckbox', { name: 'React with ❤️' }).tap();
  await expect(reaction(chat, 'Shall I wait?', '❤️')).toHaveAttribute('aria-pressed', 'true');
});

async function menuOf(chat: Chat, text: string): Promise<void> {
  await chat.bubble(text).hover();
  await chat.bubble(text).getByRole('button', { name: 'More' }).click();
}

async function replyByKeyboard(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: `More: ${text}` }).focus();
  await page.keyboard.press('r');
  await expect(page.getByText('Replying to')).toBeVisible();
}

function quoteOf(chat: Chat, text: string): Locator {
  return chat.bubble(text).locator('.quote');
}

function reaction(chat: Chat, text: string, emoji: string): Locator {
  return chat.bubble(text).locator('.reaction', { hasText: emoji });
}
