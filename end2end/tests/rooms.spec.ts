// Rooms in several browsers: making one, talking, typing, reading, coming and going.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { awake, unique, type Marketplace, type Person } from '../marketplace';

/** Four people of whom the first has talked with each of the others. */
async function four(market: Marketplace): Promise<Person[]> {
  const me = await market.signUp('Maja Meer');
  const others = [];
  for (const name of ['Ana Adler', 'Ben Berg', 'Cleo Clark']) {
    const other = await market.signUp(name);
    await market.acquaint(me, other);
    others.push(other);
  }
  return [me, ...others];
}

/** Makes a room as a person does, of all whom she knows. */
async function makeRoom(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'New room' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Make room' }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  return new URL(page.url()).pathname;
}

test('E1 E2 C8 @store a room of four: everybody hears it, three are typing, and it is told who has read', async ({
  market,
}) => {
  const [me, ...others] = await four(market);
  const name = unique('Harbour');
  const page = await me.open('/messages');
  const path = await makeRoom(page, name);
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
  await expect(page.getByRole('link', { name: '4 people', exact: true })).toBeVisible();
  for (const other of others) await other.open(path);
  const chat = Chat.onPage(page);
  await chat.write('Who brings the lamps?');
  for (const other of others) {
    await Chat.onPage(other.page).shows('Who brings the lamps?');
    await expect(other.page.locator('.group__name').last()).toHaveText('Maja Meer');
  }
  // Names, then a number.
  await Chat.onPage(others[0].page).field.pressSequentially('I');
  await expect(page.locator('.chat .typing')).toContainText('Ana is typing');
  await Chat.onPage(others[1].page).field.pressSequentially('I');
  await Chat.onPage(others[0].page).field.pressSequentially('d');
  await expect(page.locator('.chat .typing')).toContainText(/and .* are typing/);
  for (const other of others) await Chat.onPage(other.page).field.pressSequentially('o');
  await expect(page.locator('.chat .typing')).toContainText('3 people are typing');
  await Chat.onPage(others[0].page).send.click();
  await chat.shows('Ido');
  const readers = page.locator('.group__readers').last();
  const names = page.locator('.readers:popover-open');
  await readers.click();
  await expect(names).toContainText('Ana Adler');
  await expect(readers).toHaveText(/^\u200b?Read by \d$/);
  // Whoever reads later is named when one asks again, by closing and opening the names.
  await expect(async () => {
    for (let clicks = 0; clicks < 2; clicks += 1) await readers.click();
    await expect(names).toContainText('Cleo Clark', { timeout: 1_000 });
  }).toPass();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(names).toHaveCount(0);
  // Others have answered, and that it was sent needs no saying.
  await expect(chat.log.locator('.progress')).toHaveCount(0);
  await expect(chat.field).toHaveAttribute('placeholder', new RegExp(`^\u200b?Message ${name}$`));
});

test('E1 who is taken out of a room sees nothing more of it, without a reload', async ({ market, expectConsole }) => {
  expectConsole(/status of 404/);
  const [me, ana, ben] = await four(market);
  const name = unique('Harbour');
  await me.open('/messages');
  const path = await makeRoom(me.page, name);
  await ana.open(path);
  await Chat.onPage(ana.page).write('I am here');
  await Chat.onPage(me.page).shows('I am here');
  await me.page.getByRole('link', { name: '4 people', exact: true }).click();
  const line = me.page.locator('.people__one', { hasText: 'Ana Adler' });
  await line.getByRole('button', { name: 'Remove' }).click();
  await me.page.getByRole('dialog').getByRole('button', { name: 'Remove person' }).click();
  await expect(line).toHaveCount(0);
  await expect(row(ana.page, name)).toHaveCount(0);
  await expect(ana.page.locator('main .chat')).toContainText('You are no longer in this conversation');
  await ben.open(path);
  await Chat.onPage(ben.page).write('Only for us');
  await Chat.onPage(ben.page).shows('Only for us');
  await expect(ana.page.getByText('Only for us')).toHaveCount(0);
  await ana.page.goto(path);
  await expect(ana.page.getByText('Only for us')).toHaveCount(0);
});

test('E1 by its link somebody joins a room, and leaves it again', async ({ market }) => {
  const [me] = await four(market);
  const dora = await market.signUp('Dora Dorn');
  const name = unique('Harbour');
  await me.open('/messages');
  const path = await makeRoom(me.page, name);
  await me.open(path.replace('/messages/', '/rooms/'));
  await me.page.getByRole('button', { name: 'Make a link' }).click();
  const link = await me.page.locator('.people__link a').getAttribute('href');
  await expect(me.page.locator('.people__link a')).toHaveText(`${market.server.url}${link}`);
  await expect(me.page.getByRole('button', { name: 'Copy the link' })).toBeVisible();
  const page = await dora.open(link!);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.getByRole('main')).toContainText(/\d+ (person|people)/);
  await expect(page.getByRole('link', { name: 'Not now' })).toBeVisible();
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page).toHaveURL(path);
  await awake(page);
  await expect(page.locator('.thread__pill').last()).toContainText('You joined');
  await Chat.onPage(page).write('Good evening');
  await me.open(path);
  await Chat.onPage(me.page).shows('Good evening');
  await expectAccessible(me.page);
  await dora.open(path.replace('/messages/', '/rooms/'));
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Leave room' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click();
  await expect(page).toHaveURL('/messages');
  await expect(row(page, name)).toHaveCount(0);
  await expect(me.page.locator('.thread__pill').last()).toContainText('Dora Dorn left');
});

test('A14 E1 a room fits a phone', async ({ market }) => {
  const noor = await market.demo('noor', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await noor.open('/messages');
  await row(page, 'Harbour market').tap();
  await expect(Chat.onPage(page).bubbles.last()).toBeVisible();
  await page.getByRole('link', { name: '6 people', exact: true }).tap();
  await expect(page.locator('.people__one')).toHaveCount(6);
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(wide).toBeLessThanOrEqual(seen);
});
