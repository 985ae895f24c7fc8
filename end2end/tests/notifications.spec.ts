// Notifications in the browser: bell, toast, panel, page with filters, how one is told; and what
// operators tell many.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { unique, uuidV7 } from '../marketplace';

const bell = (page: Page) => page.getByRole('link', { name: /^Notifications/ }).and(page.locator('.bell'));
const toast = (page: Page) => page.locator('.toast');
const told = (page: Page) => page.locator('.told');

test('E4 @store a step of an order is told at once by toast and bell; panel and page show it', async ({ market }) => {
  const { guest, host, offer } = await market.talk();
  const { code } = await market.order(guest, offer);
  const page = await guest.open('/');
  const hosts = await host.open('/notifications');
  await expect(told(hosts).first()).toContainText('Gesa Guest wants to book');
  await expectAccessible(hosts);
  // A request is answered in place.
  await told(hosts).first().getByRole('button', { name: 'Accept' }).click();
  await expect(told(hosts).first().getByRole('button', { name: 'Accept' })).toHaveCount(0);
  await expect(toast(page)).toContainText('Your booking is accepted');
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  await bell(page).click();
  const panel = page.getByRole('dialog', { name: 'Notifications' });
  await expect(panel.locator('.told')).toContainText('Your booking is accepted');
  await expect(panel.locator('.told')).toContainText(offer.title);
  await expectAccessible(page);
  // Opening the panel reads nothing; Escape closes it.
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await bell(page).click();
  await panel.locator('.told a').click();
  // It leads to where it stands in words, and reading that reads it.
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
  await expect(Chat.onPage(page).log).toContainText('Hanno Host accepted');
  await expect(bell(page)).toHaveAccessibleName('Notifications');
  expect(code).toMatch(/^REQ-/);
});

test('E4 messages of one conversation are one notification, and what is on screen is not told', async ({ market }) => {
  const { guest, host, conversation, path } = await market.talk(['host: One']);
  const page = await guest.open('/');
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  await host.say(conversation, 'Two');
  await expect(toast(page)).toContainText('2 new messages');
  await host.say(conversation, 'Three');
  await expect(toast(page)).toContainText('3 new messages');
  await expect(toast(page)).toHaveCount(1);
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  await toast(page).getByRole('link', { name: 'Open' }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(bell(page)).toHaveAccessibleName('Notifications');
  await host.say(conversation, 'Four');
  await Chat.onPage(page).shows('Four');
  await expect(bell(page)).toHaveAccessibleName('Notifications');
  await expect(toast(page)).toHaveCount(0);
  // A toast goes when its conversation is opened in another way.
  await page.goBack();
  await host.say(conversation, 'Five');
  await expect(toast(page)).toContainText('Five');
  // With the focus it would stay.
  await toast(page).getByRole('button', { name: 'Close' }).focus();
  const follow = (href: string) =>
    page.evaluate((href) => document.querySelector<HTMLElement>(`a[href="${href}"]`)!.click(), href);
  await follow('/messages');
  await row(page, 'Hanno Host').waitFor();
  await expect(toast(page)).toHaveCount(1);
  await follow(path);
  await Chat.onPage(page).shows('Five');
  await expect(toast(page)).toHaveCount(0);
});

test('E4 filters, marking one, some and all, deleting and undoing', async ({ market }) => {
  const person = await market.signUp('Nina Neu');
  const aino = await market.demo('aino');
  const me = await person.me();
  const tell = (kind: string, title: string) =>
    aino.api('POST', '/api/notifications', { id: uuidV7(), user_id: me, kind, title, text: 'Look at it.' });
  for (const [kind, title] of [
    ['payment', 'Paid once'],
    ['payment', 'Paid twice'],
    ['tour', 'The tour begins at ten'],
    ['system', 'We are moving'],
  ]) {
    await tell(kind, title);
  }
  const page = await person.open('/notifications');
  await expect(told(page)).toHaveCount(4);
  await expect(page.getByRole('heading', { level: 2, name: 'Today' })).toBeVisible();
  const rail = page.getByRole('navigation', { name: 'Which notifications' });
  await rail.getByRole('link', { name: /^Payments/ }).click();
  await expect(told(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Mark these read' }).click();
  await expect(page.locator('.told--new')).toHaveCount(0);
  await rail.getByRole('link', { name: /^All/ }).click();
  await page.getByRole('link', { name: 'Unread', exact: true }).click();
  await expect(told(page)).toHaveCount(2);
  await told(page).filter({ hasText: 'tour' }).getByRole('button', { name: 'Mark as read' }).click();
  await expect(told(page)).toHaveCount(1);
  // News comes into the list as it is.
  await tell('system', 'We have moved');
  await expect(told(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Mark all read' }).click();
  await expect(page.getByRole('heading', { name: 'All read' })).toBeVisible();
  await page.getByRole('link', { name: 'Unread', exact: true }).click();
  await expect(told(page)).toHaveCount(5);
  const first = told(page).first();
  await first.hover();
  await first.getByRole('button', { name: /^Delete/ }).click();
  await expect(told(page)).toHaveCount(4);
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(told(page)).toHaveCount(5);
  await expectAccessible(page);
});

test('E4 kinds that one does not want are neither counted nor told, in every tab', async ({ market }) => {
  const person = await market.signUp('Nina Neu');
  const aino = await market.demo('aino');
  const me = await person.me();
  const page = await person.open('/settings');
  await page.getByRole('checkbox', { name: 'Offers: In the app' }).uncheck();
  await expectAccessible(page);
  const tell = (kind: string, title: string) =>
    aino.api('POST', '/api/notifications', { id: uuidV7(), user_id: me, kind, title });
  await tell('promotion', 'Two for one');
  await tell('payment', 'Paid');
  await expect(toast(page)).toContainText('Paid');
  await expect(toast(page)).toHaveCount(1);
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  await page.reload();
  await expect(page.getByRole('checkbox', { name: 'Offers: In the app' })).not.toBeChecked();
  await person.open('/notifications');
  await expect(told(page)).toHaveCount(1);
});

test('E4 the browser itself tells of what comes while nobody looks, once it was allowed to', async ({ market }) => {
  const { guest, host, conversation } = await market.talk();
  await guest.context.grantPermissions(['notifications']);
  const page = await guest.open('/settings');
  await page.getByRole('checkbox', { name: 'Messages: Browser' }).check();
  await expect(page.getByRole('checkbox', { name: 'Messages: Browser' })).toBeChecked();
  // Another window is in front.
  await page.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event('blur'));
  });
  await host.say(conversation, 'Are you there?');
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread');
  const shown = () => page.evaluate(shownByWorker);
  await expect.poll(shown).toEqual(['Hanno Host: Are you there?']);
  // One for each conversation, which alerts again.
  await host.say(conversation, 'Hello?');
  await expect.poll(shown).toEqual(['Hanno Host: 2 new messages']);
  // Read on another device, it goes.
  const phone = await market.visitor();
  await phone.enter(guest.token);
  await phone.open(`/messages/${conversation}`);
  await expect.poll(shown).toEqual([]);
});

test('E4 an operator tells many, who are told at once; a member finds no such page', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of (404|422)/);
  const person = await market.signUp('Nina Neu');
  const page = await person.open('/');
  const aino = await market.demo('aino');
  const staff = await aino.open('/operator/notices');
  const title = unique('We are moving');
  const asked = staff.getByRole('dialog', { name: /^Send this to \d+ people\?$/ });
  // What is not filled in is said before anything is asked.
  await staff.getByRole('button', { name: 'Send' }).click();
  await expect(staff.getByRole('alert').first()).toContainText('Fill this in.');
  await expect(asked).toBeHidden();
  await staff.getByLabel('Title').fill(title);
  await staff.getByLabel('Link').fill('javascript:alert(1)');
  await staff.getByRole('button', { name: 'Send' }).click();
  await asked.getByRole('button', { name: 'Send notice' }).click();
  await expect(staff.getByRole('alert')).toContainText('A link is a path');
  await staff.getByLabel('Link').fill('/orders');
  // Enter asks as well.
  await staff.getByLabel('Title').press('Enter');
  await expect(asked).toBeVisible();
  await expectAccessible(staff);
  await asked.getByRole('button', { name: 'Send notice' }).click();
  await expect(staff.locator('.entries li').first()).toContainText(title);
  await expect(staff.locator('.entries li').first()).toContainText(/Sent to \d+/);
  await expect(toast(page)).toContainText(title);
  await expect(staff.getByLabel('Title')).toHaveValue('');
  await expectAccessible(staff);
  await person.open('/operator/notices');
  await expect(page.getByRole('heading', { level: 1, name: 'Not found' })).toBeAttached();
});

test('E4 on a phone the bell leads to the page', async ({ market }) => {
  const person = await market.signUp('Nina Neu', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await person.open('/');
  await bell(page).tap();
  await expect(page).toHaveURL(/\/notifications$/);
  await expect(page.getByRole('heading', { name: 'Nothing yet' })).toBeVisible();
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBe(390);
});

test('E1 somebody who is named in a room is told', async ({ market }) => {
  const me = await market.signUp('Maja Meer');
  const other = await market.signUp('Ana Adler');
  await market.acquaint(me, other);
  const name = unique('Harbour');
  const id = uuidV7();
  await me.post('create_room', { conversation_id: id, name, 'people[0]': await other.me() });
  await other.accept(id);
  const page = await other.open('/');
  await me.say(id, 'And who asks @Ana?');
  await expect(toast(page).filter({ hasText: 'Maja Meer mentioned you' })).toContainText(name);
});

test('E1 after an @ the people of the room are offered, by keyboard and by pointer', async ({ market }) => {
  const me = await market.signUp('Maja Meer');
  const people = [];
  for (const name of ['Ana Adler', 'Ben Berg']) {
    const other = await market.signUp(name);
    await market.acquaint(me, other);
    people.push(other);
  }
  const id = uuidV7();
  await me.post('create_room', {
    conversation_id: id,
    name: unique('Harbour'),
    'people[0]': await people[0].me(),
    'people[1]': await people[1].me(),
  });
  for (const person of people) await person.accept(id);
  const page = await me.open(`/messages/${id}`);
  const chat = Chat.onPage(page);
  await chat.field.pressSequentially('Hello @');
  const options = page.getByRole('option');
  await expect(options).toHaveText([/Ana Adler/, /Ben Berg/]);
  await expectAccessible(page);
  await chat.field.press('ArrowDown');
  await chat.field.press('Enter');
  await expect(chat.field).toHaveValue('Hello @Ben Berg ');
  await chat.field.pressSequentially('and @an');
  await expect(options).toHaveText([/Ana Adler/]);
  await options.first().click();
  await expect(chat.field).toHaveValue('Hello @Ben Berg and @Ana Adler ');
  await chat.field.press('Enter');
  await chat.shows('Hello @Ben Berg and @Ana Adler');
  await chat.field.pressSequentially('me@b');
  await expect(options).toHaveCount(0);
});

/** Runs in the page: the notifications that the service worker shows now. */
async function shownByWorker(): Promise<string[]> {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title, body }) => `${title}: ${body}`.replaceAll('\u200b', ''));
}
