// A second factor: an authenticator app with recovery codes, with and without script, and passkeys of two devices.
import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../fixtures';
import { awake } from '../marketplace';

const PASSWORD = 'marmalade on toast';
/** Where no script runs, what was to be loaded ahead is not. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

/** The code of RFC 6238 for a key in base32, so many steps of 30 seconds from now. */
function totp(key: string, steps = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...key.replaceAll(' ', '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function signUp(page: Page, name: string, email: string): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(/\/$/);
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('R5 an authenticator app and recovery codes are asked for after the password', async ({ market, expectConsole }) => {
  // The code that is wrong.
  expectConsole(/status of 403/);
  const email = 'noor.app@people.example';
  const { page } = await market.visitor();
  await signUp(page, 'Noor App', email);
  await page.goto('/settings#second-factor');
  await awake(page);
  const section = page.getByRole('region', { name: 'Second factor' });
  await section.getByLabel('Current password').first().fill(PASSWORD);
  await section.getByRole('button', { name: 'Set up an authenticator app' }).click();
  await expect(section.getByRole('img', { name: /QR code/ })).toBeVisible();
  await expectAccessible(page);
  const key = await section.locator('code').textContent() ?? '';
  await section.getByLabel('The six digits').fill(totp(key));
  await section.getByRole('button', { name: 'Turn it on' }).click();
  const codes = section.getByRole('list').first().getByRole('listitem');
  await expect(codes).toHaveCount(10);
  await expect(section.getByRole('group', { name: 'Your recovery codes' })).toBeFocused();
  await expect(section.getByText('10 recovery codes are left.')).toBeVisible();
  await expectAccessible(page);
  const code = await codes.nth(3).textContent() ?? '';

  const other = (await market.visitor()).page;
  await other.goto('/sign-in?next=/orders');
  await awake(other);
  await signIn(other, email);
  await expect(other.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await awake(other);
  await expectAccessible(other);
  const field = other.getByLabel('Code');
  await field.fill('000000');
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other.getByText('This code is wrong')).toBeVisible();
  await expect(field).toBeFocused();
  await expectAccessible(other);
  // The one of now was used above.
  await field.fill(totp(key, 1));
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.waitForURL('/orders');

  const third = (await market.visitor()).page;
  await third.goto('/sign-in');
  await signIn(third, email);
  await third.getByLabel('Code').fill(code.toUpperCase());
  await third.getByRole('button', { name: 'Sign in', exact: true }).click();
  await third.waitForURL(/\/$/);
  await third.goto('/settings#second-factor');
  await expect(section.page().getByRole('region', { name: 'Second factor' })).toBeVisible();
  await expect(third.getByText('9 recovery codes are left.')).toBeVisible();
});

test('R5 without script an app is set up and asked for as well', async ({ market, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const email = 'mei.app@people.example';
  const { page } = await market.visitor({ javaScriptEnabled: false });
  await signUp(page, 'Mei App', email);
  await page.goto('/settings#second-factor');
  const section = page.getByRole('region', { name: 'Second factor' });
  await section.getByLabel('Current password').first().fill(PASSWORD);
  await section.getByRole('button', { name: 'Set up an authenticator app' }).click();
  const key = await section.locator('code').textContent() ?? '';
  await section.getByLabel('The six digits').fill(totp(key));
  await section.getByRole('button', { name: 'Turn it on' }).click();
  await expect(section.getByRole('list').first().getByRole('listitem')).toHaveCount(10);
  await expect(section.getByText('Your authenticator app is in use')).toBeVisible();

  const other = (await market.visitor({ javaScriptEnabled: false })).page;
  await other.goto('/sign-in?next=/orders');
  await signIn(other, email);
  await expect(other.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await other.getByLabel('Code').fill('000000');
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other.getByText('This code is wrong')).toBeVisible();
  await other.getByLabel('Code').fill(totp(key, 1));
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other).toHaveURL(/\/orders$/);
  await other.goto('/confirm?next=/settings');
  await other.getByLabel('Your password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Go on' }).click();
  await expect(other).toHaveURL(/\/settings$/);
});

/** A device that has its user's finger: a virtual authenticator of this page. */
async function device(page: Page): Promise<{ passkeys: () => Promise<number> }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const passkeys = async () =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;
  return { passkeys };
}

test('R5 passkeys sign in without a password and beside it, from two devices, until they are removed', async ({ market, server, expectConsole }) => {
  // A passkey that was removed.
  expectConsole(/status of 403/);
  const site = `http://localhost:${server.port}`;
  const email = 'tomas.key@people.example';
  // Passkeys belong to a name, not to an IP.
  const { page } = await market.visitor({ baseURL: site });
  await signUp(page, 'Tomas Key', email);
  const phone = await device(page);
  await page.goto('/settings#second-factor');
  await awake(page);
  const section = page.getByRole('region', { name: 'Second factor' });
  const add = async (in_: typeof section) => {
    await in_.getByText('Add a passkey').click();
    const form = in_.locator('form', { has: in_.page().getByRole('button', { name: 'Make a passkey' }) });
    await form.getByLabel('Current password').fill(PASSWORD);
    await form.getByRole('button', { name: 'Make a passkey' }).click();
  };
  await add(section);
  await expect(section.getByRole('group', { name: 'Your recovery codes' })).toBeFocused();
  expect(await phone.passkeys()).toBe(1);
  const keys = section.getByRole('list', { name: 'Your passkeys' }).getByRole('listitem');
  await expect(keys).toHaveCount(1);
  await expectAccessible(page);

  // Without a password.
  await page.context().clearCookies();
  await page.goto('/sign-in?next=/orders');
  await awake(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${site}/orders`);

  // After the password, which alone does not sign in any more.
  await page.context().clearCookies();
  await page.goto('/sign-in?next=/orders');
  await signIn(page, email);
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await awake(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${site}/orders`);

  // A second device, which has none yet and comes by a recovery code.
  await page.goto('/settings#second-factor');
  await awake(page);
  const renew = section.locator('details', { hasText: 'Make new recovery codes' });
  await renew.locator('summary').click();
  await renew.getByLabel('Current password').fill(PASSWORD);
  await renew.getByRole('button', { name: 'Make new recovery codes' }).click();
  const code = await section.getByRole('group', { name: 'Your recovery codes' }).getByRole('listitem').first().textContent();
  const second = (await market.visitor({ baseURL: site })).page;
  const computer = await device(second);
  await second.goto('/sign-in?next=/settings');
  await awake(second);
  await second.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(second.getByText('No passkey came.')).toBeVisible();
  await signIn(second, email);
  await second.getByLabel('Code').fill(code ?? '');
  await second.getByRole('button', { name: 'Sign in', exact: true }).click();
  await second.waitForURL(`${site}/settings`);
  await awake(second);
  await add(second.getByRole('region', { name: 'Second factor' }));
  await expect(second.getByRole('list', { name: 'Your passkeys' }).getByRole('listitem')).toHaveCount(2);
  expect(await computer.passkeys()).toBe(1);

  // The first device's is removed, and opens nothing any more; the second's goes on.
  const first = second.getByRole('list', { name: 'Your passkeys' }).getByRole('listitem').last();
  await first.getByRole('button', { name: /Remove/ }).click();
  await second.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await expect(second.getByRole('list', { name: 'Your passkeys' }).getByRole('listitem')).toHaveCount(1);
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await awake(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText('This passkey was not accepted.')).toBeVisible();
  await second.context().clearCookies();
  await second.goto('/sign-in?next=/orders');
  await awake(second);
  await second.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await second.waitForURL(`${site}/orders`);
});
