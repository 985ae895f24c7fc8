// Webhooks (R4): an admin names an address, copies the secret, sends a test, and sees what came of each delivery.
import { createHmac } from 'node:crypto';
import { createServer, type Server as Receiver } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, expectAccessible, test as base } from '../fixtures';
import { unique } from '../marketplace';
import type { Locator } from '@playwright/test';

const PAGE = '/operator/webhooks';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;

type Call = { headers: Record<string, string>; body: string; type: string };

/** A program of the marketplace: it keeps what comes, and answers as it is told to. */
class Hooks {
  readonly calls: Call[] = [];
  status = 204;
  answer = '';
  private readonly server: Receiver;

  constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        this.calls.push({ headers: request.headers as Record<string, string>, body, type: JSON.parse(body).type });
        response.writeHead(this.status, { 'content-type': 'text/plain' }).end(this.answer);
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${path}`;
  }

  of(type: string): Call[] {
    return this.calls.filter((call) => call.type === type);
  }
}

const test = base.extend<{ hooks: Hooks }>({
  hooks: async ({}, use) => {
    const hooks = new Hooks();
    await hooks.start();
    await use(hooks);
    await hooks.stop();
  },
});

function isSigned(call: Call, secret: string): boolean {
  const [id, time] = [call.headers['webhook-id'], call.headers['webhook-timestamp']];
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${time}.${call.body}`).digest('base64');
  return call.headers['webhook-signature'].split(' ').includes(`v1,${wanted}`);
}

/** Deletes a webhook, since there are at most ten. */
async function remove(card: Locator): Promise<void> {
  const page = card.page();
  await card.getByRole('button', { name: /^Delete/ }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(card).toHaveCount(0);
}

test('R4 @store a webhook is made, tested, sees a message, fails, and is sent again', async ({
  market,
  hooks,
  expectConsole,
}) => {
  expectConsole(/status of 422/);
  const admin = await market.demo('aino');
  const page = await admin.open(PAGE);
  await expectAccessible(page);
  const url = hooks.url(unique('hook').replace(/\W/g, '-'));
  await page.getByLabel('Address').fill('ftp://shop.example');
  await page.getByRole('button', { name: 'Make webhook' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'https' })).toBeVisible();
  await page.getByLabel('Address').fill(url);
  await page.getByRole('button', { name: 'Make webhook' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'one type' })).toBeVisible();
  const form = page.locator('section', { has: page.getByRole('heading', { name: 'New webhook' }) });
  await form.getByLabel('message.created').check();
  await form.getByLabel('Messages come with their text').check();
  await page.getByRole('button', { name: 'Make webhook' }).click();
  const made = page.getByLabel('Copy the secret now.');
  await expect(made).toBeFocused();
  const secret = await made.inputValue();
  expect(secret).toMatch(/^whsec_/);
  const card = page.locator('.webhook', { hasText: url });
  await expect(card).toContainText('message.created');
  await expectAccessible(page);

  await card.getByRole('button', { name: /^Send a test/ }).click();
  await expect.poll(() => hooks.of('webhook.test').length).toBe(1);
  expect(isSigned(hooks.calls[0], secret)).toBe(true);

  const words = unique('Is the sauna wood-fired');
  await market.talk([`guest: ${words}`]);
  await expect.poll(() => hooks.calls.some((call) => call.body.includes(words))).toBe(true);

  await card.getByRole('link', { name: /^Deliveries/ }).click();
  const list = page.getByRole('list', { name: 'Deliveries' });
  await expect(list.getByText('Delivered').first()).toBeVisible();
  await expectAccessible(page);

  hooks.status = 500;
  hooks.answer = 'The shop is closed <b>today</b>';
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await page.reload();
  const failed = list.locator('li').filter({ hasText: 'Answered 500' });
  await expect(failed).toHaveCount(1);
  await failed.getByText('The answer').click();
  await expect(failed.locator('pre')).toHaveText('The shop is closed <b>today</b>');
  await page.getByRole('link', { name: 'Not taken' }).click();
  await expect(list.locator('li')).toHaveCount(1);
  await expectAccessible(page);
  hooks.status = 204;
  await failed.getByRole('button', { name: /^Send again/ }).click();
  await page.getByRole('link', { name: 'Everything' }).click();
  await expect(list.getByText('Waiting')).toHaveCount(0);
  await remove(card);
});

test('R4 by keyboard and on a phone: switched off and on, a new secret, another choice', async ({ market, hooks }) => {
  const admin = await market.demo('aino', PHONE);
  const page = await admin.open(PAGE);
  const url = hooks.url(unique('phone').replace(/\W/g, '-'));
  await page.getByLabel('Address').focus();
  await page.keyboard.type(url);
  await page.getByLabel('user.closed').last().focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Make webhook' }).focus();
  await page.keyboard.press('Enter');
  const made = page.getByLabel('Copy the secret now.');
  await expect(made).toBeFocused();
  const former = await made.inputValue();
  const card = page.locator('.webhook', { hasText: url });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider').toBe(true);

  await card.getByRole('button', { name: /^Switch off/ }).tap();
  await expect(card.getByText('Off', { exact: true })).toBeVisible();
  await card.getByRole('button', { name: /^Switch on/ }).tap();
  await expect(card.getByText('On', { exact: true })).toBeVisible();

  await card.getByRole('button', { name: /^New secret/ }).first().tap();
  await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).tap();
  await expect(made).not.toHaveValue(former);
  const secret = await made.inputValue();
  await card.getByRole('button', { name: /^Send a test/ }).tap();
  await expect.poll(() => hooks.calls.length).toBe(1);
  expect([secret, former].map((one) => isSigned(hooks.calls[0], one))).toEqual([true, true]);

  await card.getByText('Change what it is told of').tap();
  // By its label: Chromium lays the box of a choice out with the next picture, which a still page does not need.
  await card.locator('details').getByText('user.created').tap();
  await expect(card.getByLabel('user.created')).toBeChecked();
  await card.getByRole('button', { name: 'Save' }).tap();
  await expect(card.locator('p', { hasText: 'user.created' })).toBeVisible();
  await remove(card);
});

test('R4 without script, and only for admins', async ({ market, hooks, expectConsole }) => {
  expectConsole(IDLE_SCRIPT);
  const admin = await market.demo('aino', { javaScriptEnabled: false });
  const page = admin.page;
  const url = hooks.url(unique('plain').replace(/\W/g, '-'));
  await page.goto(PAGE);
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('user.closed').last().check();
  await page.getByRole('button', { name: 'Make webhook' }).click();
  const secret = await page.getByLabel('Copy the secret now.').inputValue();
  const card = page.locator('.webhook', { hasText: url });
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await expect.poll(() => hooks.calls.length).toBe(1);
  expect(isSigned(hooks.calls[0], secret)).toBe(true);
  await page.reload();
  await expect(page.getByLabel('Copy the secret now.')).toHaveCount(0);
  await card.getByRole('button', { name: /^Delete/ }).first().click();
  await expect(card).toHaveCount(0);
});
