// Before the script has loaded, and without any: forms are forms and links are links.
import type { Page, Route } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, test } from '../fixtures';
import { PASSWORD, awake, unique } from '../marketplace';

const NO_SCRIPT = { javaScriptEnabled: false };
/** What Chromium says of a script that it was told not to run. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

test('A1 A7 C12 @store without script one signs up, contacts the host, writes and signs out', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  const { page } = await market.visitor(NO_SCRIPT);
  const email = `${unique('ohne').replace(' ', '.')}@people.example`;

  await page.goto('/');
  await page.getByRole('searchbox', { name: 'Search' }).fill(offer.title);
  await page.getByRole('searchbox', { name: 'Search' }).press('Enter');
  await page.getByRole('link', { name: offer.title }).click();
  await page.getByRole('link', { name: 'Contact host' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Name').fill('Ohne Skript');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: offer.title, level: 1 })).toBeVisible();

  // The button has given its place to a form.
  await page.getByRole('textbox', { name: 'Message Hanno' }).fill('Written without script\nin two lines');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
  const chat = Chat.onPage(page);
  await chat.shows('Written without script in two lines');
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
  await expect(row(page, 'Hanno Host')).toContainText('You: Written without script');
  await chat.field.fill('And another');
  await chat.send.click();
  await chat.shows('And another');

  await page.getByRole('link', { name: 'Your account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await page.goto('/messages');
  await expect(page).toHaveURL('/sign-in?next=/messages');

  await page.getByLabel('Email').fill(email.toUpperCase());
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/messages');
  await expect(row(page, 'Hanno Host')).toContainText('You: And another');
});

test('without script a wrong password and a wrong message are said on the page', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const talk = await market.talk();
  const { page } = await market.visitor(NO_SCRIPT);
  await page.goto('/sign-in?next=/hosting');
  await page.getByLabel('Email').fill(talk.guest.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toHaveText('The address or the password is wrong.');
  // Where one wanted to go is still known.
  await page.getByLabel('Email').fill(talk.guest.email);
  await page.getByLabel('Password').fill(talk.guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/hosting');

  await page.goto(talk.path);
  const chat = Chat.onPage(page);
  await chat.field.fill('   ');
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText('The message is empty');
  await expect(chat.bubbles).toHaveCount(0);
});

test('without script a host offers something, changes and pauses it', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const host = await market.signUp('Hanno Host', NO_SCRIPT);
  const { page } = host;
  const title = unique('Rowing boat');
  await page.goto('/listings/new');
  await page.getByRole('radio', { name: 'Item' }).check();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Place').fill('Ghent');
  await page.getByLabel('Price in euros').fill('420,50');
  await page.getByLabel('Description').fill('Floats.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
  await expect(page.getByText('€420.50').first()).toBeVisible();

  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('Floats well.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Floats well.')).toBeVisible();

  await page.goto('/hosting');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Paused', { exact: true })).toHaveCount(0);
});

test('A7 text typed before the script has loaded stays', async ({ market }) => {
  const talk = await market.talk(['guest: Hello']);
  const { page } = talk.guest;
  const release = await holdWasm(page);
  await page.goto(talk.path, { waitUntil: 'commit' });
  const chat = Chat.onPage(page);
  await chat.field.fill('Typed early');
  await release();
  await awake(page);
  await expect(chat.field).toHaveValue('Typed early');
  await chat.field.press('End');
  await chat.field.pressSequentially(', and late');
  await chat.send.click();
  await chat.shows('Typed early, and late');
  await expect(page).toHaveURL(talk.path);
});

test('A1 a click on Contact host before the script has loaded is not lost', async ({ market }) => {
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host);
  const release = await holdWasm(guest.page);
  await guest.page.goto(`/listings/${offer.id}`, { waitUntil: 'commit' });
  // Before the styles are there, that of narrow windows shows too.
  await guest.page.getByRole('button', { name: 'Contact host' }).first().click({ noWaitAfter: true });
  await expect(guest.page).toHaveURL(`/listings/${offer.id}?contact=1`);
  await guest.page.getByRole('textbox', { name: 'Message Hanno' }).fill('Not lost');
  await release();
  // The dialog takes the text over.
  const chat = Chat.inDialog(guest.page);
  await expect(chat.pane.getByRole('heading', { name: 'Hanno Host' })).toBeVisible();
  await expect(guest.page).toHaveURL(`/listings/${offer.id}`);
  await expect(chat.field).toHaveValue('Not lost');
  await chat.field.press('Enter');
  await chat.shows('Not lost');
});

test('A7 C6 a click on Send before the script has loaded is not lost', async ({ market }) => {
  const talk = await market.talk(['guest: Hello']);
  const { page } = talk.guest;
  const release = await holdWasm(page);
  await page.goto(talk.path, { waitUntil: 'commit' });
  const chat = Chat.onPage(page);
  await chat.field.fill('Sent early');
  await chat.send.click({ noWaitAfter: true });
  await chat.shows('Sent early');
  await expect(chat.field).toHaveValue('');
  await release();
  await awake(page);
  await chat.shows('Sent early');
  await expect(chat.bubbles).toHaveCount(2);
});

test('signing in works before the script has loaded', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const { page } = await market.visitor();
  const release = await holdWasm(page);
  await page.goto('/sign-in?next=/messages', { waitUntil: 'commit' });
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click({ noWaitAfter: true });
  await expect(page).toHaveURL('/messages');
  await release();
});

/** Keeps the wasm back, as a slow net does, until it is let go. */
async function holdWasm(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isFree = false;
  await page.route('**/*.wasm', (route) => {
    if (isFree) return route.continue();
    held.push(route);
  });
  return async () => {
    isFree = true;
    // Those of pages that were left meanwhile can't go on.
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
  };
}
