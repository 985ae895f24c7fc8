// Signing in by identity providers that others have written: the npm package oidc-provider, and the Python package
// oidc-provider-mock. script/identity-providers installs both and runs this.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test as base } from '../fixtures';
import { IdentityProvider, areInstalled, start } from '../identity_providers';
import { awake } from '../marketplace';
import type { Server } from '../server';

/** The pages of the providers are not ours: fonts that they don't get, and what they warn of. */
const THEIRS = /googleapis|localhost:\d+|favicon|ERR_|status of 4/;
/** Where no script runs, what was to be loaded ahead is not. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

const settings = { groups: { claim: 'groups', operator: ['desk'], admin: ['heads'] } };

const test = base.extend<object, { server: Server; provider: IdentityProvider; both: Awaited<ReturnType<typeof start>> }>({
  both: [
    async ({}, use) => {
      const both = await start(IdentityProvider.ofNode, settings);
      await use(both);
      await both.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  server: [async ({ both }, use) => use(both.server), { scope: 'worker' }],
  provider: [async ({ both }, use) => use(both.provider), { scope: 'worker' }],
});

test.skip(!areInstalled, 'script/identity-providers installs the providers');

/** Signs in at the page of oidc-provider, and lets it tell us who it was. */
async function atProvider(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: /sign-in/i }).click();
  await page.getByRole('button', { name: /continue/i }).click();
}

test('R5 somebody signs in by oidc-provider, comes back to where they were, and is signed out by it within a second', async ({
  market,
  provider,
  expectConsole,
}) => {
  expectConsole(THEIRS);
  // The page tries once more before it says that it is signed out.
  expectConsole(/WebSocket connection to .*Authentication failed/);
  const { page } = await market.visitor();
  await page.goto('/sign-in?next=/settings');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Sign in with Acme' }).click();
  await atProvider(page, 'noor');
  await page.waitForURL('/settings');
  await expect(page.getByText(`noor at ${provider.issuer}`)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Other ways to sign in' })).toBeVisible();
  await expectAccessible(page);

  // Another tab ends the session at the provider; the socket of this one is closed, and the page says so.
  const opened = page.waitForEvent('websocket', (socket) => socket.url().endsWith('/ws'));
  await page.reload();
  const closed = (await opened).waitForEvent('close');
  await awake(page);
  const tab = await page.context().newPage();
  await tab.goto(`${provider.issuer}/session/end`);
  const closedAt = closed.then(() => Date.now());
  const saidAt = provider.said('logout of noor told to stoa').then(() => Date.now());
  await tab.getByRole('button', { name: /yes/i }).click();
  console.log(`from the answer to the provider’s logout to the end of the socket: ${(await closedAt) - (await saidAt)} ms`);
  await page.goto('/settings');
  await page.waitForURL(/\/sign-in\?next=/);
});

test('R5 groups of oidc-provider make an operator, and a member again', async ({ market, provider, expectConsole }) => {
  expectConsole(THEIRS);
  for (const [login, isStaff] of [
    ['mara:desk', true],
    ['mara:others', false],
  ] as const) {
    const { page } = await market.visitor();
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await atProvider(page, login);
    await page.waitForURL('/');
    const answer = await page.goto('/operator/orders');
    expect(answer?.status(), provider.log).toBe(isStaff ? 200 : 404);
    await page.close();
  }
});

test('R5 everything works without script: signing in, linking, unlinking', async ({ market, expectConsole }) => {
  expectConsole(THEIRS);
  expectConsole(IDLE_SCRIPT);
  const owner = await market.signUp('Noor Without', { javaScriptEnabled: false });
  const { page } = owner;
  await page.goto('/settings');
  await page.getByRole('radio', { name: 'Acme' }).check();
  const section = page.locator('#identities');
  await section.getByLabel('Current password').fill('not the one');
  await section.getByRole('button', { name: 'Link' }).click();
  await expect(page.getByText('This is not your current password.')).toBeVisible();
  await section.getByLabel('Current password').fill(owner.password!);
  await section.getByRole('button', { name: 'Link' }).click();
  await atProvider(page, 'without');
  await page.waitForURL(/\/settings/);
  await expect(section.getByText(/^without at http/)).toBeVisible();

  const { page: other } = await market.visitor({ javaScriptEnabled: false });
  await other.goto('/sign-in');
  await other.getByRole('link', { name: 'Sign in with Acme' }).click();
  await atProvider(other, 'without');
  await other.waitForURL('/');
  await other.goto('/settings');
  await expect(other.getByLabel('Name')).toHaveValue('Noor Without');
  await other.locator('#identities').getByRole('button', { name: 'Unlink' }).click();
  await expect(other.locator('#identities').getByText('None is linked.')).toBeVisible();
});

test('R5 somebody signs in by oidc-provider-mock, another implementation', async ({ browser }) => {
  const { server, provider, remove } = await start(IdentityProvider.ofPython, { trust_addresses: true });
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await page.goto('/sign-in?next=/settings');
  await page.getByRole('link', { name: 'Sign in with Acme' }).click();
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator('input[name=sub]').fill('noor');
  await page.locator('button[type=submit]').first().click();
  await page.waitForURL('/settings');
  await expect(page.getByText(`noor at ${provider.issuer}`)).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Noor of Python');
  await context.close();
  await remove();
});
