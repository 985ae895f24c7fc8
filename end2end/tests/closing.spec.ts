// The data of a person: a file with all of it, and an account that is closed, with script and without.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { PASSWORD, awake } from '../marketplace';

/** Where no script runs, what was to be loaded ahead is not. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

const data = (page: Page) => page.getByRole('region', { name: 'Your data' });
const closing = (page: Page) => page.getByRole('region', { name: 'Close your account' });

/** The file that the form answers with. */
async function download(page: Page, kind: string): Promise<{ name: string; text: string }> {
  await data(page).getByRole('radio', { name: kind }).check();
  await data(page).getByLabel('Current password').fill(PASSWORD);
  const waiting = page.waitForEvent('download');
  await data(page).getByRole('button', { name: 'Get the file' }).click();
  const file = await waiting;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in?next=/settings');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('/settings');
}

test('M17 @store a person has everything about them as a file, closes their account, and the other side sees a former member', async ({
  market,
  expectConsole,
}) => {
  const talk = await market.talk(['guest: Is there a sauna?', 'host: There is']);
  const { guest, host, path } = talk;
  const page = await guest.open('/settings');
  await awake(page);

  // A wrong password is said at the field.
  await data(page).getByLabel('Current password').fill('not the one');
  await data(page).getByRole('button', { name: 'Get the file' }).click();
  await expect(data(page).getByRole('alert')).toHaveText('This is not your current password.');
  await awake(page);
  await expectAccessible(page);

  const json = await download(page, 'JSON, for programs');
  expect(json.name).toBe('my-data.json');
  const file = JSON.parse(json.text);
  expect(file.profile.email).toBe(guest.email);
  expect(file.is_complete).toBe(true);
  const texts = file.conversations.flatMap((one: { messages: { text: string }[] }) => one.messages.map(({ text }) => text));
  expect(texts).toContain('Is there a sauna?');
  const html = await download(page, 'A page to read');
  expect(html.name).toBe('my-data.html');

  // The page that was downloaded is one that people can read.
  const reader = await (await market.visitor()).page.context().newPage();
  await reader.setContent(html.text);
  await expect(reader.getByRole('heading', { level: 1 })).toContainText('Your data at');
  await expect(reader.getByText('Is there a sauna?')).toBeVisible();
  await expectAccessible(reader);
  await reader.close();

  const seen = await host.open(path);
  const chat = Chat.onPage(seen);
  await chat.shows('Is there a sauna?');
  await closing(page).getByLabel('Current password').fill(PASSWORD);
  await closing(page).getByRole('button', { name: 'Close the account' }).click();
  await expect(page.getByRole('heading', { name: 'Close your account for good?' })).toBeVisible();
  await expectAccessible(page);
  // The socket of the page ends with its session.
  expectConsole(/WebSocket|status of 401/);
  await page.getByRole('dialog').getByRole('button', { name: 'Close the account' }).click();
  await page.waitForURL(/\/sign-in\?closed=1/);
  await expect(page.getByText('Your account is closed.')).toBeVisible();
  await expectAccessible(page);

  // Live, without a reload; what was written stays.
  await expect(row(seen, 'Former member').first()).toBeVisible();
  await chat.shows('Is there a sauna?');
  expectConsole(/status of 403 .*sign_in/);
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toHaveText('The address or the password is wrong.');
});

test('M17 without script one has the file and closes the account with what one wrote', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const { guest, host, path } = await market.talk(['guest: Is there a sauna?', 'host: There is']);
  const { page } = await market.visitor({ javaScriptEnabled: false });
  await signIn(page, guest.email);
  await closing(page).getByLabel('Current password').fill('not the one');
  await closing(page).getByRole('button', { name: 'Close the account' }).click();
  await expect(closing(page).getByText('This is not your current password.')).toBeVisible();
  const file = await download(page, 'A page to read');
  expect(file.text).toContain('Is there a sauna?');
  await closing(page).getByRole('radio', { name: 'Is deleted, too' }).check();
  await closing(page).getByLabel('Current password').fill(PASSWORD);
  await closing(page).getByRole('button', { name: 'Close the account' }).click();
  await expect(page.getByText('Your account is closed.')).toBeVisible();
  await page.goto('/settings');
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();

  const seen = await host.open(path);
  await expect(row(seen, 'Former member').first()).toBeVisible();
  await expect(Chat.onPage(seen).log).toContainText('There is');
  await expect(Chat.onPage(seen).log).not.toContainText('Is there a sauna?');
});

test('R5 an admin filters the events of security and exports what they see', async ({ market }) => {
  const admin = await market.demo('aino');
  const page = await admin.open('/operator/audit?show=security');
  const filter = page.getByRole('form', { name: 'Filter of the events' });
  await filter.getByLabel('Event').selectOption('Signed in');
  await filter.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/event=sign_in/);
  await expect(page.getByText(/ signed in/).first()).toBeVisible();
  await expect(page.getByText(/ signed up/)).toHaveCount(0);
  await expectAccessible(page);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV', exact: true }).click();
  const text = await readFile(await (await waiting).path(), 'utf8');
  const lines = text.trim().split('\r\n');
  expect(lines[0]).toBe('at,user_id,name,event,result,ip,client,detail');
  expect(lines.slice(1).every((line) => line.includes(',sign_in,done,'))).toBe(true);
  expect(lines.length).toBeGreaterThan(1);
  await page.goto('/operator/audit?show=user');
  await expect(page.getByText('exported events of security: event=sign_in').first()).toBeVisible();
});
