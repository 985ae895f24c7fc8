// Pictures of the inbox and of a conversation in its states.
import { join } from 'node:path';
import { FOLDER, SIZES, conversation, inEveryLook, openMenu } from './looks';
import { Chat, row } from '../chat';
import { test } from '../fixtures';

inEveryLook('messages', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/messages');
  await row(page, 'Boathouse on the lake').first().waitFor();
  await take(page, 'messages');
  await page.locator('dialog.palette').waitFor({ state: 'attached' });
  const first = page.locator('.rows > li').first();
  await openMenu(page, first.locator('.row'), first.getByRole('button', { name: /^More/ }));
  await take(page, 'row-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('nobody at all');
  await page.getByRole('heading', { name: /^Nothing for/ }).waitFor();
  await take(page, 'messages-nothing-found');
  await noor.open('/messages');
  await row(page, 'Desert dome').click();
  const chat = Chat.onPage(page);
  await chat.bubbles.last().waitFor();
  await take(page, 'thread-right-to-left');
  await noor.open('/messages');
  await row(page, 'Pine cabin').click();
  await chat.bubbles.last().waitFor();
  await chat.field.fill('We come on the 3rd of January, with warm socks and a drum.\nIs there a sledge?');
  await take(page, 'thread-writing');
  const nobody = await market.signUp('Nina Neu', look);
  await nobody.open('/messages');
  await take(nobody.page, 'messages-none');
});

inEveryLook('a conversation and its states', async ({ market, look, expectConsole, take }) => {
  expectConsole(/net::ERR_INTERNET_DISCONNECTED|status of 401/);
  const { guest, host, page, chat } = await conversation(market, look);
  await take(page, 'thread');
  const last = chat.bubble('See you on Friday.');
  await openMenu(page, last, last.getByRole('button', { name: /^More/ }));
  await take(page, 'message-menu');
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await chat.pane.getByText('Editing a message').waitFor();
  await take(page, 'message-edit');
  await chat.field.press('Escape');
  await page.getByRole('heading', { level: 2 }).getByRole('button', { name: host.name }).click();
  const person = page.getByRole('dialog', { name: host.name });
  await person.getByText(/Member since/).waitFor();
  await take(page, 'person');
  await person.getByRole('button', { name: 'Close' }).click();
  await chat.log.hover();
  await page.mouse.wheel(0, -700);
  await chat.pane.locator('.thread__jump').waitFor();
  await take(page, 'thread-further-up');
  await chat.pane.locator('.thread__jump').click();
  await guest.context.setOffline(true);
  await chat.field.fill('Are there towels?');
  await chat.send.click();
  await page.locator('.banner').waitFor();
  await take(page, 'thread-offline');
  await guest.context.setOffline(false);
  await page.locator('.banner--fine').waitFor();
  await take(page, 'thread-back-online');
  await page.locator('.banner--fine').waitFor({ state: 'hidden' });
  await chat.field.fill('x'.repeat(10_020));
  await take(page, 'thread-too-long');
  await chat.field.fill('Where was I');
  await guest.endSessionElsewhere();
  await page.locator('.banner--error').waitFor({ timeout: 40_000 });
  await take(page, 'thread-signed-out');
});

inEveryLook('a room', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/messages');
  await row(page, 'Harbour market').click();
  await Chat.onPage(page).bubbles.last().waitFor();
  await take(page, 'room');
  await page.getByRole('link', { name: '6 people', exact: true }).click();
  await page.locator('.people__one').nth(5).waitFor();
  await take(page, 'room-people');

  const moderator = await market.signUp('Maja Meer', look);
  const own = moderator.page;
  for (const name of ['Ana Adler', 'Ben Berg']) {
    await market.acquaint(moderator, await market.signUp(name));
  }
  await moderator.open('/messages');
  await own.getByRole('link', { name: 'New room' }).click();
  await own.getByLabel('Name', { exact: true }).fill('Evenings at the harbour');
  for (const box of await own.getByRole('checkbox').all()) await box.check();
  await take(own, 'room-new');
  await own.getByRole('button', { name: 'Make room' }).click();
  await own.waitForURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  await moderator.open(new URL(own.url()).pathname.replace('/messages/', '/rooms/'));
  await own.getByRole('button', { name: 'Make a link' }).click();
  const link = own.locator('.people__link a');
  await link.waitFor();
  await take(own, 'room-moderator');
  const nobody = await market.signUp('Dora Dorn', look);
  await nobody.open((await link.getAttribute('href'))!);
  await nobody.page.getByRole('button', { name: 'Join' }).waitFor();
  await take(nobody.page, 'room-invitation');
});

// The picture in the README.
test('the inbox', async ({ market }) => {
  const noor = await market.demo('noor', { ...SIZES.desktop, colorScheme: 'light', reducedMotion: 'reduce' });
  const { page } = noor;
  await noor.open('/messages');
  await row(page, 'Boathouse on the lake').filter({ hasText: 'Tomas Berg' }).first().click();
  await Chat.onPage(page).bubbles.last().waitFor();
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, 'inbox.png') });
});
