// Rooms in several browsers: making one, talking, typing, reading, coming and going.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { awake, unique, uuidV7, type Marketplace, type Person } from '../marketplace';

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

/** Makes a room as a person does, and invites all whom they know. */
async function makeRoom(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'New room' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Make room' }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  return new URL(page.url()).pathname;
}

/** All of them accept. */
async function enter(path: string, people: Person[]): Promise<void> {
  for (const person of people) await person.accept(path.split('/').at(-1)!);
}

test('E1 E2 C8 @store a room of four: everybody hears it, three are typing, and it is told who has read', async ({
  market,
}) => {
  const [me, ...others] = await four(market);
  const name = unique('Harbour');
  const page = await me.open('/messages');
  const path = await makeRoom(page, name);
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
  await enter(path, others);
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
  const [me, ana, ben, cleo] = await four(market);
  const name = unique('Harbour');
  await me.open('/messages');
  const path = await makeRoom(me.page, name);
  await enter(path, [ana, ben, cleo]);
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
  await expect(page.getByRole('main')).toContainText('Maja Meer invites you');
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

test('E1 M2 @store an invitation shows in an open page, is accepted by keyboard, declined in silence and withdrawn', async ({
  market,
}) => {
  const [me, ana, ben, cleo] = await four(market);
  const name = unique('Harbour');
  const [inbox, list] = [await ana.open('/messages'), await ben.open('/rooms/invitations')];
  await expect(list.getByRole('heading', { name: 'No open invitations' })).toBeVisible();
  await expectAccessible(list);
  const page = await me.open('/messages');
  const path = await makeRoom(page, name);
  await Chat.onPage(page).write('Only for who is in it');
  // In the list of conversations, which has no row of the room, and on the page of invitations.
  const line = inbox.getByRole('link', { name: 'You are invited into 1 room' });
  await expect(line).toBeVisible();
  await expect(row(inbox, name)).toHaveCount(0);
  await expect(list.getByRole('heading', { level: 2, name })).toBeVisible();
  await expect(list.getByRole('main')).toContainText('Maja Meer invites you');
  await expect(list.getByRole('main')).toContainText('1 person');
  await expectAccessible(list);
  await expectAccessible(inbox);
  // One declines, which nobody sees.
  await list.getByRole('button', { name: `Decline ${name}` }).focus();
  await list.keyboard.press('Enter');
  await expect(list.getByText('Declined. Nobody is told.').first()).toBeVisible();
  await expect(list.getByRole('heading', { name: 'No open invitations' })).toBeVisible();
  await expect(list.getByRole('heading', { level: 1 })).toBeFocused();
  const room = path.replace('/messages/', '/rooms/');
  await me.open(room);
  const invited = page.getByRole('region', { name: 'Invited' }).locator('.people__one');
  await expect(invited).toHaveCount(3);
  await expect(invited.filter({ hasText: 'Ben Berg' })).toContainText('Invited by Maja Meer');
  await expectAccessible(page);
  // One is withdrawn, and goes from an open page.
  const third = await cleo.open('/rooms/invitations');
  await expect(third.getByRole('heading', { level: 2, name })).toBeVisible();
  await invited.filter({ hasText: 'Cleo Clark' }).getByRole('button', { name: 'Withdraw Cleo Clark' }).click();
  await expect(page.getByText('Withdrawn.').first()).toBeVisible();
  await expect(invited).toHaveCount(2);
  await expect(third.getByRole('heading', { level: 2, name })).toHaveCount(0);
  // One accepts.
  await line.focus();
  await inbox.keyboard.press('Enter');
  await expect(inbox).toHaveURL('/rooms/invitations');
  await inbox.getByRole('button', { name: `Join ${name}` }).focus();
  await inbox.keyboard.press('Enter');
  await expect(inbox).toHaveURL(path);
  await awake(inbox);
  await Chat.onPage(inbox).shows('Only for who is in it');
  await expect(inbox.locator('.thread__pill').last()).toContainText('You joined');
  await expect(inbox.getByRole('link', { name: /You are invited/ })).toHaveCount(0);
  await me.open(path);
  await expect(page.getByRole('link', { name: '2 people', exact: true })).toBeVisible();
});

test('A14 E1 M2 an invitation is answered on a phone', async ({ market }) => {
  const me = await market.signUp('Maja Meer');
  const ana = await market.signUp('Ana Adler', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await market.acquaint(me, ana);
  const [id, name] = [uuidV7(), unique('Harbour')];
  await me.post('create_room', { conversation_id: id, name, 'people[0]': await ana.me() });
  const page = await ana.open('/messages');
  await page.getByRole('link', { name: 'You are invited into 1 room' }).tap();
  const decline = page.getByRole('button', { name: `Decline ${name}` });
  const box = (await decline.boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(44);
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(wide).toBeLessThanOrEqual(seen);
  await page.getByRole('button', { name: `Join ${name}` }).tap();
  await expect(page).toHaveURL(`/messages/${id}`);
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
