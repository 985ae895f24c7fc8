// Blocking a person: from the menu of a conversation, by keyboard, on a phone and without script; both see it at once.
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import type { Page } from '@playwright/test';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const CLOSED = 'You can’t write in this conversation any more.';
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

/** The button of the menu in the header of the conversation. */
const menu = (page: Page) => page.locator('main .chat__head').getByRole('button', { name: /^More/ });
const note = (page: Page) => page.locator('main .chat__closed');

test('F10 @store one blocks from the conversation, both see it at once, and one takes it back', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hello', 'host: Hello you']);
  const [page, other] = [await guest.open(path), await host.open(path)];
  for (const one of [page, other]) await Chat.onPage(one).shows('Hello you');
  await Chat.onPage(page).field.fill('Half a thought');
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).click();
  const question = page.getByRole('dialog', { name: 'Block Hanno?' });
  await expect(question).toContainText('They are not told that it was you');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Don’t block' }).click();
  await expect(Chat.onPage(page).field).toBeVisible();
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).click();
  await question.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(note(page)).toContainText('You blocked Hanno');
  await expect(note(page)).toContainText('Half a thought');
  await expect(note(other)).toContainText(CLOSED);
  await expect(note(other).getByRole('button')).toHaveCount(0);
  for (const one of [page, other]) {
    await expect(Chat.onPage(one).field).toHaveCount(0);
    await Chat.onPage(one).shows('Hello');
    await expectAccessible(one);
  }
  // The settings list them, and undo it.
  const settings = await guest.openTab('/settings#blocked');
  const section = settings.getByRole('region', { name: 'Blocked people and presence' });
  await expect(section.getByRole('listitem')).toContainText('Hanno Host');
  await expectAccessible(settings);
  await section.getByRole('button', { name: 'Unblock Hanno Host' }).click();
  await expect(section).toContainText('You haven’t blocked anybody.');
  await expect(Chat.onPage(other).field).toBeVisible();
  await expect(Chat.onPage(page).field).toHaveValue('Half a thought');
  await Chat.onPage(page).field.press('Enter');
  await Chat.onPage(other).shows('Half a thought');
});

test('F10 by keyboard alone, and undone where it was done', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: Hello you']);
  const page = await guest.open(path);
  await Chat.onPage(page).shows('Hello you');
  await menu(page).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Report this conversation' })).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Block Hanno' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Block Hanno?' }).getByRole('button', { name: 'Block', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(note(page)).toContainText('You blocked Hanno');
  await note(page).getByRole('button', { name: 'Unblock Hanno' }).focus();
  await page.keyboard.press('Enter');
  await expect(Chat.onPage(page).field).toBeVisible();
});

test('F10 on a phone', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: Hello you'], { guest: PHONE });
  const page = await guest.open(path);
  await Chat.onPage(page).shows('Hello you');
  await menu(page).tap();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).tap();
  await page.getByRole('dialog', { name: 'Block Hanno?' }).getByRole('button', { name: 'Block', exact: true }).tap();
  await expect(note(page)).toContainText('You blocked Hanno');
  await expectAccessible(page);
  await note(page).getByRole('button', { name: 'Unblock Hanno' }).tap();
  await expect(Chat.onPage(page).field).toBeVisible();
});

test('F10 without script', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const { guest, path } = await market.talk(['guest: Hello', 'host: Hello you'], { guest: { javaScriptEnabled: false } });
  const page = guest.page;
  await page.goto(path);
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).click();
  await expect(page).toHaveURL(path);
  await expect(note(page)).toContainText('You blocked Hanno');
  await note(page).getByRole('button', { name: 'Unblock Hanno' }).click();
  await expect(page).toHaveURL(path);
  await expect(Chat.onPage(page).field).toBeVisible();
});
