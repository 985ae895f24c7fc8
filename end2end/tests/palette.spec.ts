// The command palette and the keyboard shortcuts.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import type { Person } from '../marketplace';

/** Loads a page and waits until the palette's code is there. */
async function open(person: Person, path: string): Promise<Page> {
  const page = await person.open(path);
  await expect(page.locator('dialog.palette')).toBeAttached();
  return page;
}

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search and commands' });
const selected = (page: Page) => palette(page).locator('[role=option][aria-selected=true]');

test('UX-38 Ctrl+K finds conversations, listings, orders and pages', async ({ market }) => {
  const { guest, host, conversation } = await market.talk(['guest: Hello', 'host: Good morning']);
  const offer = await market.offer(host, 'Lighthouse');
  const order = await market.order(guest, offer);
  const page = await open(guest, '/');
  const opener = page.getByRole('link', { name: 'Orders' }).first();
  await opener.focus();
  await page.keyboard.press('Control+k');
  const field = palette(page).getByRole('combobox');
  await expect(field).toBeFocused();
  await expect(palette(page).getByRole('group', { name: 'Go to' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeHidden();
  await expect(opener).toBeFocused();

  // By name: the conversation.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('hanno');
  await expect(palette(page).getByRole('option', { name: /Hanno Host/ }).first()).toBeVisible();
  // By title: the listing, the order and its conversation.
  await field.fill(offer.title);
  const option = (group: string) => palette(page).getByRole('group', { name: group }).getByRole('option');
  await expect(option('Listings')).toHaveCount(1);
  await expect(option('Orders')).toContainText(order.code);
  await expectAccessible(page);
  await expect(selected(page)).toHaveCount(1);
  await expect(selected(page)).toHaveAttribute('id', (await field.getAttribute('aria-activedescendant'))!);
  await page.keyboard.press('ArrowDown');
  await expect(option('Listings')).toHaveAttribute('aria-selected', 'true');
  await expect(field).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/listings/${offer.id}`);
  await expect(palette(page)).toBeHidden();

  // A page, and nothing but the way to the search in messages.
  await page.keyboard.press('Control+k');
  await expect(field).toHaveValue('');
  await page.keyboard.type('no such thing anywhere');
  await expect(palette(page).getByRole('option')).toHaveText([/Search messages for “no such thing anywhere”/]);
  await field.fill('sett');
  await expect(selected(page)).toContainText('Settings');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/settings');

  // A command, by mouse.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark');
  await palette(page).getByRole('option', { name: 'Theme: dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('option', { name: /Hanno Host/ }).first()).toBeVisible();
  expect(conversation).toBeTruthy();
});

test('UX-38 keys of one letter lead to pages, and never while somebody types', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: Good morning']);
  const page = await open(guest, '/');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page).toHaveURL('/orders');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page).toHaveURL('/messages');
  await expect(page.locator('#main')).toBeFocused();
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search conversations' });
  await expect(search).toBeFocused();
  await page.keyboard.type('g?/e');
  await expect(search).toHaveValue('g?/e');
  await expect(help).toBeHidden();
  await search.fill('');
  await page.keyboard.press('Escape');
  await expect(row(page, 'Hanno Host')).toBeFocused();

  // The message field: letters are text, and Esc leads to the list.
  await open(guest, path);
  const chat = Chat.onPage(page);
  await chat.field.focus();
  await page.keyboard.type('?');
  await expect(chat.field).toHaveValue('?');
  await page.keyboard.press('Escape');
  await expect(chat.field).toBeFocused();
  await chat.field.fill('');
  await page.keyboard.press('Escape');
  await expect(row(page, 'Hanno Host')).toBeFocused();
});

test('UX-38 a search that was too fast is made again, and keeps what is there meanwhile', async ({ market, expectConsole }) => {
  expectConsole(/status of 429/);
  const host = await market.signUp('Hanno Host');
  const [one, other] = [await market.offer(host, 'Lighthouse'), await market.offer(host, 'Windmill')];
  const page = await open(await market.signUp('Gesa Guest'), '/');
  await page.keyboard.press('Control+k');
  const field = palette(page).getByRole('combobox');
  const listings = palette(page).getByRole('group', { name: 'Listings' }).getByRole('option');
  await field.fill(one.title);
  await expect(listings).toContainText(one.title);
  let refused = 0;
  await page.route('**/rpc/get_listings**', async (route) => {
    refused += 1;
    if (refused > 1) return route.continue();
    const body = JSON.stringify({ code: 'too_fast', message: 'That was a lot at once.', retry_after: 1 });
    await route.fulfill({ status: 429, contentType: 'application/json', body });
  });
  await field.fill(other.title);
  await expect.poll(() => refused).toBe(1);
  await expect(listings).toContainText(one.title);
  await expect(listings).toContainText(other.title);
  expect(refused).toBe(2);
});

test('UX-38 operators find their pages and people', async ({ market }) => {
  const page = await open(await market.demo('aino'), '/');
  await page.keyboard.press('Control+k');
  const field = palette(page).getByRole('combobox');
  for (const [typed, path] of [
    ['audit', '/operator/audit'],
    ['notices', '/operator/notices'],
  ]) {
    await field.fill(typed);
    const option = palette(page).getByRole('option', { name: /Audit log|Notices/ });
    await option.click();
    await expect(page).toHaveURL(path);
    await page.keyboard.press('Control+k');
  }
  await field.fill('noor');
  // Entries move when what was found comes.
  await expect(palette(page).getByRole('option', { name: /Noor Haddad/ }).first()).toBeVisible();
  await expect(palette(page).getByRole('status').first()).toHaveText(/result/);
  await palette(page).getByRole('option', { name: 'Find “noor” among people' }).click();
  await expect(page.locator('.entries')).toContainText('noor@demo.stoa.example');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Desk');
});

test('UX-38 E marks the row in focus as read, and the letters can be switched off', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello', 'host: Good morning']);
  const page = await open(guest, '/messages');
  const one = row(page, 'Good morning');
  await expect(one.locator('.badge')).toHaveCount(1);
  await page.keyboard.press('j');
  await expect(one).toBeFocused();
  await page.keyboard.press('e');
  await expect(one.locator('.badge')).toHaveCount(0);

  await open(guest, '/settings');
  await page.getByRole('group', { name: 'Keyboard shortcuts of one letter' }).getByRole('radio', { name: 'Off' }).check();
  await page.locator('#main').focus();
  await page.keyboard.press('?');
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeHidden();
  await expect(page).toHaveURL('/settings');
});
