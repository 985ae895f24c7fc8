// Reports and the desk's queue: from a message, a conversation, a person, a listing and a room; claimed and decided by an operator.
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { uuidV7, unique, type Person } from '../marketplace';
import type { Page } from '@playwright/test';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

const menu = (page: Page) => page.locator('main .chat__head').getByRole('button', { name: /^More/ });

async function fill(page: Page, reason: RegExp, text: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: /Report/ })).toBeVisible();
  await page.getByRole('radio', { name: reason }).check();
  await page.getByRole('textbox', { name: 'In your words' }).fill(text);
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByText('Thank you')).toBeVisible();
}

/** The card of a case in the queue whose copy has this text. */
async function caseOf(operator: Person, text: string) {
  const page = await operator.open('/operator/reports');
  const card = page.locator('.case', { hasText: text });
  await expect(card).toHaveCount(1);
  return { page, card };
}

test('F11 @store a message is reported, claimed and taken down, and both sides are told', async ({ market }) => {
  const words = unique('Send the money elsewhere');
  const { guest, host, path } = await market.talk(['guest: Hello', `host: ${words}`]);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.bubble(words).hover();
  await chat.bubble(words).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Report this message' }).click();
  await expectAccessible(page);
  await fill(page, /Fraud/, 'It is a trick');
  await expectAccessible(page);

  const aino = await market.demo('aino');
  const { page: desk, card } = await caseOf(aino, words);
  await expect(desk.getByRole('navigation', { name: 'For operators' })).toContainText(/\d+ open/);
  await expect(card).not.toContainText('Gesa');
  await expect(card).toContainText('It is a trick');
  await card.getByRole('button', { name: 'Claim' }).click();
  await card.getByText('What was reported, as it was then').click();
  await expect(card.locator('pre')).toContainText(words);
  await expectAccessible(desk);
  await card.getByRole('radio', { name: 'Take the message down' }).check();
  await card.getByRole('textbox', { name: 'What they are told' }).fill('Payments are made here only');
  await card.getByRole('button', { name: 'Decide' }).click();
  await expect(card).toContainText('Decided by');

  const mine = await guest.open(path);
  await expect(Chat.onPage(mine).log).toContainText('Message deleted');
  await expect(Chat.onPage(mine).bubble(words)).toHaveCount(0);
  for (const [person, says] of [[guest, 'We looked at what you reported'], [host, 'Payments are made here only']] as const) {
    const told = await person.open('/notifications');
    await expect(told.locator('main')).toContainText(says);
  }
});

test('F11 a conversation, a person, a room and a listing, on a phone', async ({ market }) => {
  const { guest, host, path, offer } = await market.talk(['guest: Hello', 'host: Hello you'], { guest: PHONE });
  for (const item of ['Report this conversation', 'Report Hanno']) {
    const page = await guest.open(path);
    await Chat.onPage(page).shows('Hello you');
    await menu(page).tap();
    await page.getByRole('menuitem', { name: item }).tap();
    await fill(page, /Insults/, unique('Words'));
  }
  const id = uuidV7();
  await host.post('create_room', { conversation_id: id, name: unique('Harbour'), history: 'start', 'people[0]': await guest.me() });
  await guest.accept(id);
  let page = await guest.open(`/messages/${id}`);
  await menu(page).tap();
  await page.getByRole('menuitem', { name: 'Report this room' }).tap();
  await fill(page, /Advertising/, unique('Words'));
  page = await guest.open(`/listings/${offer.id}`);
  await page.getByRole('link', { name: 'Report this listing' }).tap();
  await fill(page, /Something else/, unique('Words'));
});

test('F11 without script, from the report to the decision', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const { guest, path } = await market.talk(['guest: Hello', 'host: Hello you'], { guest: { javaScriptEnabled: false } });
  const page = guest.page;
  await page.goto(path);
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Report this conversation' }).click();
  const words = unique('Words');
  await fill(page, /Insults/, words);
  const aino = await market.demo('aino', { javaScriptEnabled: false });
  const desk = aino.page;
  await desk.goto('/operator/reports');
  const card = desk.locator('.case', { hasText: words });
  await card.getByRole('button', { name: 'Claim' }).click();
  await expect(card.getByRole('button', { name: 'Give back' })).toBeVisible();
  await card.getByRole('radio', { name: 'Nothing' }).check();
  await card.getByRole('button', { name: 'Decide' }).click();
  await expect(card).toHaveCount(0);
  await desk.goto('/operator/reports?show=decided');
  await expect(desk.locator('.case', { hasText: words })).toContainText('Nothing');
});

test('F11 by keyboard alone, and the number in the navigation follows', async ({ market }) => {
  const { guest, host } = await market.talk(['guest: Hello', 'host: Hello you']);
  const aino = await market.demo('aino');
  const desk = await aino.open('/operator/reports');
  const count = desk.getByRole('navigation', { name: 'For operators' }).getByRole('link', { name: /Reports/ });
  const before = Number(/\d+/.exec((await count.innerText()) || '0')?.[0] ?? 0);
  const page = await guest.open(`/report?about=user&id=${await host.me()}`);
  await page.getByRole('radio', { name: /Insults/ }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /Fraud/ })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Thank you')).toBeVisible();
  await expect(count).toContainText(String(before + 1));
});
