// Whose address it is: signing up sends a link, a forgotten password is set anew by one, and another address can be taken back.
import type { Page } from '@playwright/test';
import { expect, expectAccessible } from '../fixtures';
import { test } from '../mailing';
import { awake } from '../marketplace';

const PASSWORD = 'marmalade on toast';
/** Where no script runs, what was to be loaded ahead is not. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

async function signUp(page: Page, name: string, email: string, password = PASSWORD): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('/');
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('R5 a forgotten password is set anew by a link, on any device', async ({ market, mails, expectConsole }) => {
  // The link that is used up.
  expectConsole(/status of 404/);
  const email = 'noor.forgets@people.example';
  const noor = await market.visitor();
  await signUp(noor.page, 'Noor Forgets', email);
  await mails.next(email);

  const page = await (await market.visitor()).open('/sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page.getByRole('heading', { name: 'A new password' })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByRole('status').first()).toContainText('a link is on its way');
  await expectAccessible(page);

  const link = (await mails.next(email)).link('/password/');
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  // What is typed is judged once the script has loaded.
  await awake(page);
  const field = page.getByLabel('New password', { exact: true });
  await field.fill('noor forgets');
  await expect(page.getByText(/too close to your name/)).toBeVisible();
  await field.fill('1234567890');
  await expect(page.getByText(/easy to guess/)).toBeVisible();
  await field.fill('a kettle by the sea');
  await expect(page.getByText('A good password.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible();
  await expectAccessible(page);
  await signIn(page, email, 'a kettle by the sea');
  await page.waitForURL('/');

  // The other browser is signed out, and the link is used up.
  await noor.page.goto('/settings');
  await expect(noor.page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await noor.page.goto(link);
  await expect(noor.page.getByRole('link', { name: 'Mail me a link' })).toBeVisible();
});

test('R5 without script a password is set anew as well', async ({ market, mails, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const email = 'mei.forgets@people.example';
  await signUp((await market.visitor()).page, 'Mei Forgets', email);
  await mails.next(email);
  const { page } = await market.visitor({ javaScriptEnabled: false });
  await page.goto('/password');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByText('a link is on its way')).toBeVisible();
  await page.goto((await mails.next(email)).link('/password/'));
  const field = page.getByLabel('New password', { exact: true });
  await field.fill('1234567890');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText(/easy to guess/)).toBeVisible();
  await field.fill('a kettle by the sea');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible();
  await signIn(page, email, 'a kettle by the sea');
  await expect(page).toHaveURL(/\/$/);
});

test('R5 listings wait until the address is confirmed, and another address can be taken back', async ({ market, mails, expectConsole }) => {
  // The listing that has to wait.
  expectConsole(/status of 403/);
  const [email, other] = ['tomas.moves@people.example', 'tomas.moved@people.example'];
  const tomas = await market.visitor();
  const { page } = tomas;
  await signUp(page, 'Tomas Moves', email);
  await page.goto('/listings/new');
  await page.getByRole('radio', { name: 'Stay' }).check();
  await page.getByLabel('Title').fill('A hut by the sea');
  await page.getByLabel('Place').fill('Åre');
  await page.getByLabel(/Price/).fill('100');
  await page.getByLabel('Description').fill('Small, dry and warm.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Confirm your address first.')).toBeVisible();

  await page.goto((await mails.next(email)).link('/mail/confirm/'));
  await page.getByRole('button', { name: 'It is mine' }).click();
  await expect(page.getByText('The address is yours.')).toBeVisible();

  await page.goto('/settings#mail');
  await page.getByText('Change the address').first().click();
  await page.getByLabel('New address').fill(other);
  const mail = page.getByRole('region', { name: 'Mail' });
  await mail.getByLabel('Current password').fill(PASSWORD);
  await expectAccessible(page);
  await mail.getByRole('button', { name: 'Change the address' }).click();
  await expect(mail.getByText(`A link was mailed to ${other}`)).toBeVisible();
  await page.goto((await mails.next(other)).link('/mail/confirm/'));
  await page.getByRole('button', { name: 'It is mine' }).click();
  await expect(page.getByText('The address is yours.')).toBeVisible();
  await page.goto('/settings#mail');
  await expect(mail.getByText(other)).toBeVisible();

  // Whoever has the former mailbox takes it back, in another browser.
  const back = (await market.visitor()).page;
  await back.goto((await mails.next(email)).link('/mail/undo/'));
  await expect(back.getByText(email)).toBeVisible();
  await expectAccessible(back);
  await back.getByRole('button', { name: 'Take it back' }).click();
  await expect(back.getByText('Your address is back.')).toBeVisible();
  await page.goto('/settings');
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
});
