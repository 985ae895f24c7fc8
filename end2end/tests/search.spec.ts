// Search in messages: below the list of conversations, on its own page, in one conversation, and without a network or script.
import type { Locator, Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { unique, type Person } from '../marketplace';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const NO_SCRIPT = { javaScriptEnabled: false };
/** What Chromium says of a script that it was told not to run. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

/** A page on which the code that comes later is there. */
async function open(person: Person, path: string): Promise<Page> {
  const page = await person.open(path);
  await expect(page.locator('dialog.palette')).toBeAttached();
  return page;
}

/** Waits until the server has indexed a word. */
async function indexed(person: Person, word: string, count: number): Promise<void> {
  await expect
    .poll(async () => (await person.api('GET', `/api/search?q=${encodeURIComponent(word)}`)).messages.length)
    .toBe(count);
}

const found = (page: Page) => page.getByRole('region', { name: 'Messages', exact: true }).locator('.hit');
const hits = (page: Page) => page.locator('main .hit');

/** The message that somebody was led to stands in view. */
async function expectInView(message: Locator): Promise<void> {
  await expect(message).toBeInViewport();
}

test('F8 the box over the list finds words too, and a press leads to the place', async ({ market }) => {
  const word = unique('quagmire').replace(' ', '');
  const { guest, host, path } = await market.talk([`host: The ${word} is behind the house`]);
  const conversation = path.split('/').pop()!;
  for (let number = 0; number < 60; number += 1) await guest.say(conversation, `Something else ${number}`);
  await host.say(conversation, `And another ${word}, with a key`);
  await indexed(guest, word, 2);

  const page = await open(guest, '/messages');
  const field = page.getByRole('searchbox', { name: 'Search conversations' });
  await field.fill(word.slice(0, -2));
  await expect(found(page)).toHaveCount(2);
  await expect(found(page).first()).toContainText('And another');
  await expect(found(page).first().locator('mark')).toHaveText(word);
  await expect(found(page).first()).toContainText('Hanno Host');
  await expectAccessible(page);
  await found(page).nth(1).click();
  await expect(page).toHaveURL(new RegExp(`${path}\\?at=1$`));
  const chat = Chat.onPage(page);
  await expectInView(chat.bubble(`The ${word} is behind the house`));

  // From the open thread to another place of it.
  await found(page).first().click();
  await expect(page).toHaveURL(/\?at=62$/);
  await expectInView(chat.bubble(`And another ${word}, with a key`));

  // What is not there is said, and clearing the field takes the messages away.
  await field.fill('nowhereatall');
  await expect(page.getByText(/No message has all of that/)).toBeVisible();
  await field.fill('');
  await expect(page.getByRole('region', { name: 'Messages', exact: true })).toBeHidden();
});

test('F8 the page of the search filters by keyboard alone, and its URL says what is sought', async ({ market }) => {
  const word = unique('zephyr').replace(' ', '');
  const { guest, host, offer, conversation } = await market.talk([
    `host: The ${word} code is 4711`,
    `guest: Thank you for the ${word}`,
    `host: https://example.com/${word}`,
  ]);
  const other = await market.signUp('Ottilie Other');
  const second = await market.conversation(guest, await market.offer(other, 'Windmill'));
  await other.say(second, `My ${word} is another`);
  await indexed(guest, word, 4);

  const page = await open(guest, '/messages');
  await page.getByRole('searchbox', { name: 'Search conversations' }).focus();
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/search?q=${word}`);
  await expect(page.getByRole('heading', { name: 'Search messages' })).toBeVisible();
  await expect(hits(page)).toHaveCount(4);
  await expect(page.getByRole('status').filter({ hasText: '4 messages' })).toBeVisible();
  await expectAccessible(page);

  // To one person, and back.
  await page.getByRole('link', { name: 'With Ottilie Other' }).focus();
  await page.keyboard.press('Enter');
  await expect(hits(page)).toHaveCount(1);
  await expect(page).toHaveURL(/with=/);
  await page.getByRole('link', { name: /With Ottilie Other/ }).focus();
  await page.keyboard.press('Enter');
  await expect(hits(page)).toHaveCount(4);
  await page.getByRole('link', { name: `About ${offer.title}` }).click();
  await expect(hits(page)).toHaveCount(3);

  // The fields.
  await page.getByText('Filters', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Sent by me').focus();
  await page.keyboard.press('Space');
  await expect(hits(page)).toHaveCount(1);
  await expect(hits(page)).toContainText('You:');
  await page.getByLabel('Sent by me').press('Space');
  await page.locator('select[name=has]').selectOption('A link');
  await expect(hits(page)).toHaveCount(1);
  await expect(hits(page)).toContainText('https://example.com');
  await page.locator('select[name=has]').selectOption('Anything');
  await page.getByLabel('From').fill('2099-01-01');
  await expect(page.getByRole('heading', { name: 'No message has all of that' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Search without filters' }).click();
  await expect(hits(page)).toHaveCount(4);

  // A typing error, and what is no code.
  const box = page.getByRole('searchbox', { name: 'Words in messages' });
  await box.fill(`${word.slice(0, 3)}x${word.slice(3)}`);
  await expect(page.getByText(new RegExp(`These have “${word}”`))).toBeVisible();
  await expect(hits(page)).toHaveCount(4);
  await page.goto(`/search?q=${word}&order=nonsense`);
  await expect(page.getByText(/That is no code of an order/)).toBeVisible();
  expect(conversation && host).toBeTruthy();
});

test('F8 one conversation is searched from its head and by a key', async ({ market }) => {
  const word = unique('harbour').replace(' ', '');
  const { guest, path, conversation } = await market.talk([`host: Meet me at the ${word}`]);
  const other = await market.signUp('Ottilie Other');
  await other.say(await market.conversation(other, await market.offer(guest, 'Windmill')), `No ${word} here`);
  await indexed(guest, word, 2);
  const page = await open(guest, path);
  await page.getByRole('link', { name: 'Search in this conversation' }).click();
  await expect(page).toHaveURL(`/search?in=${conversation}`);
  await expect(page.getByRole('link', { name: /In: Hanno Host/ })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Words in messages' }).fill(word);
  await expect(hits(page)).toHaveCount(1);
  await hits(page).click();
  await expect(page).toHaveURL(new RegExp(`${path}\\?at=1$`));
  await expectInView(Chat.onPage(page).bubble(`Meet me at the ${word}`));
  await page.locator('#main').focus();
  await page.keyboard.press('f');
  await expect(page).toHaveURL(`/search?in=${conversation}`);
});

test('F8 on a phone the messages stand below the conversations, and filters can be pressed', async ({ market }) => {
  const word = unique('lantern').replace(' ', '');
  const { guest, path } = await market.talk([`host: Take the ${word} with you`], { guest: PHONE });
  await indexed(guest, word, 1);
  const page = await open(guest, '/messages');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill(word);
  await expect(found(page)).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'All results and filters' }).tap();
  await expect(page).toHaveURL(`/search?q=${word}`);
  await page.getByText('Filters', { exact: true }).tap();
  await page.getByLabel('Sent by me').tap();
  await expect(page.getByRole('heading', { name: 'No message has all of that' })).toBeVisible();
  await page.getByLabel('Sent by me').tap();
  await expect(hits(page)).toHaveCount(1);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(width[0]).toBeLessThanOrEqual(width[1]);
  await expectAccessible(page);
  await hits(page).tap();
  await expect(page).toHaveURL(new RegExp(`${path}\\?at=1$`));
  await expectInView(Chat.onPage(page).bubble(`Take the ${word} with you`));
});

test('F8 without a network what this browser holds is searched, and that is said', async ({ market, expectConsole }) => {
  expectConsole(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  const word = unique('compass').replace(' ', '');
  const { guest, path } = await market.talk([`host: The ${word} is in the drawer`]);
  const page = await open(guest, path);
  await Chat.onPage(page).shows(`The ${word} is in the drawer`);
  // Until the thread is stored.
  const isStored = () =>
    page.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) {
        const opened = await new Promise<IDBDatabase>((done) => {
          const request = indexedDB.open(name!);
          request.onsuccess = () => done(request.result);
        });
        if (![...opened.objectStoreNames].includes('cache')) continue;
        const keys = await new Promise<IDBValidKey[]>((done) => {
          const request = opened.transaction('cache').objectStore('cache').getAllKeys();
          request.onsuccess = () => done(request.result);
        });
        opened.close();
        if (keys.some((key) => String(key).startsWith('thread-'))) return true;
      }
      return false;
    });
  await expect.poll(isStored).toBe(true);
  await guest.context.setOffline(true);
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill(word);
  await expect(page.getByText(/No connection. 1 message in what this browser holds/)).toBeVisible();
  await expect(found(page).locator('mark')).toHaveText(word);
  await guest.context.setOffline(false);
});

test('F8 without script the box leads to a page of results, and each to its conversation', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const word = unique('kettle').replace(' ', '');
  const talk = await market.talk([`host: The ${word} is <b>hot</b>`]);
  await indexed(talk.guest, word, 1);
  const visitor = await market.visitor(NO_SCRIPT);
  await visitor.enter(talk.guest.token);
  const { page } = visitor;
  await page.goto('/messages');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill(word);
  await page.getByRole('searchbox', { name: 'Search conversations' }).press('Enter');
  await expect(page).toHaveURL(`/search?q=${word}`);
  await expect(hits(page)).toHaveCount(1);
  await expect(hits(page)).toContainText('is <b>hot</b>');
  await page.getByText('Filters', { exact: true }).click();
  await page.getByLabel('Sent by me').check();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'No message has all of that' })).toBeVisible();
  await page.getByRole('link', { name: 'Search without filters' }).click();
  await hits(page).click();
  await expect(page).toHaveURL(new RegExp(talk.path));
});
