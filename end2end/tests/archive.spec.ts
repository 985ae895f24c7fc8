// Conversations that are archived, starred and muted from the list (F9).
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import type { Page } from '@playwright/test';

const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const NEWS_MS = 30_000;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`F9 archived by the menu, undone, found on its page, and back with a message, ${colorScheme}`, async ({ market }) => {
    const look = { colorScheme, reducedMotion: 'reduce' } as const;
    const { guest, host, conversation } = await market.talk(['guest: Hello', 'host: Good morning'], { guest: look });
    const page = await guest.open('/messages');
    const mine = row(page, 'Hanno Host');
    await choose(page, 'Archive');
    await expect(mine).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(mine).toHaveCount(1);

    await choose(page, 'Archive');
    await expect(mine).toHaveCount(0);
    await page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: 'Archived' }).click();
    await expect(page).toHaveURL('/archive');
    const kept = page.locator('.archive__row', { hasText: 'Hanno Host' });
    await expect(kept).toBeVisible();
    await expectAccessible(page);
    await page.reload();
    await expect(kept).toBeVisible();

    // A new message takes it from there, while the page is looked at.
    await host.say(conversation, 'Are you there?');
    await expect(kept).toHaveCount(0, { timeout: NEWS_MS });
    await expect(page.getByText('Nothing is archived')).toBeVisible();
    await expectAccessible(page);
    await page.goto('/messages');
    await expect(mine).toContainText('Are you there?');
  });
}

test('F9 by keyboard: A archives, S stars, and a star is a filter', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello', 'host: Good morning']);
  const page = await guest.open('/messages');
  const mine = row(page, 'Hanno Host');
  await expect(page.locator('dialog.palette')).toBeAttached();
  await mine.focus();
  await page.keyboard.press('s');
  await expect(page.getByLabel('Notices').getByText('Starred.')).toBeVisible();
  await page.keyboard.press('a');
  await expect(mine).toHaveCount(0);
  await page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: 'Starred' }).click();
  const kept = page.locator('.archive__row', { hasText: 'Hanno Host' });
  await expect(kept).toBeVisible();
  await kept.getByRole('button', { name: 'Remove star' }).click();
  await expect(page.getByText('Nothing is starred')).toBeVisible();
  await page.getByRole('link', { name: 'Archived' }).click();
  await kept.getByRole('button', { name: 'Bring back' }).click();
  await expect(page.getByText('Nothing is archived')).toBeVisible();
});

test('F9 without script what is archived is brought back', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const { guest, conversation } = await market.talk(['guest: Hello'], { guest: { javaScriptEnabled: false } });
  await guest.post('archive_conversation', { conversation_id: conversation, is_on: 'true' });
  await guest.page.goto('/archive');
  await guest.page.getByRole('button', { name: 'Bring back' }).click();
  await expect(guest.page.getByText('Nothing is archived')).toBeVisible();
  await guest.page.goto('/messages');
  await expect(row(guest.page, 'Hanno Host')).toBeVisible();
});

test('F9 a row is muted from its menu for an hour, and not any more', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello', 'host: Good morning']);
  const page = await guest.open('/messages');
  await choose(page, 'Mute for an hour');
  await expect(row(page, 'Hanno Host').locator('.row__muted')).toBeVisible({ timeout: NEWS_MS });
  await choose(page, 'Unmute');
  await expect(row(page, 'Hanno Host').locator('.row__muted')).toHaveCount(0, { timeout: NEWS_MS });
});

test('F9 on a phone a row that is drawn aside is archived', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello', 'host: Good morning'], { guest: PHONE });
  const page = await guest.open('/messages');
  await expect(page.locator('dialog.palette')).toBeAttached();
  const touch = await page.context().newCDPSession(page);
  const { x, y, height } = (await row(page, 'Hanno Host').boundingBox())!;
  const at = (by: number) => [{ x: x + 90 + by, y: y + height / 2 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (const by of [10, 30, 50, 70, 90]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(by) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(row(page, 'Hanno Host')).toHaveCount(0);
  await expect(page).toHaveURL('/messages');
  await page.getByRole('button', { name: 'Undo' }).tap();
  await row(page, 'Hanno Host').tap();
  await expect(Chat.onPage(page).bubbles.last()).toBeVisible();
});

async function choose(page: Page, item: string): Promise<void> {
  await expect(page.locator('dialog.palette')).toBeAttached();
  await row(page, 'Hanno Host').hover();
  await page.locator('.rows > li', { hasText: 'Hanno Host' }).locator('.row__more').click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}
