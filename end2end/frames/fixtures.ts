// The shop of embed.spec.ts, in a browser that Playwright can't drive, and a host whom a test speaks for.
import { randomBytes } from 'node:crypto';
import { request } from '@playwright/test';
import { test as base } from '../embedding';
import { expect } from '../fixtures';
import { Account, PASSWORD, session, type Offer } from '../marketplace';
import type { Shop } from '../shop';
import { start, type BrowserName } from './browsers';
import type { Device } from './device';

type Fixtures = {
  device: Device;
  /** Announces what the browser will complain of. */
  expectComplaint: (pattern: RegExp) => void;
  host: Account;
  offer: Offer;
  /** Sells that offer. */
  shop: Shop;
  /** Tells a figure below the test. */
  tell: (text: string) => void;
};

export const test = base.extend<Fixtures & { announced: RegExp[] }, { engine: BrowserName }>({
  engine: ['firefox', { option: true, scope: 'worker' }],

  announced: async ({}, use) => use([]),
  expectComplaint: async ({ announced }, use) => use((pattern) => announced.push(pattern)),

  device: async ({ engine, announced }, use) => {
    const device = await start(engine);
    await use(device);
    const complaints = await device.complaints();
    await device.close();
    expect.soft(complaints.filter((text) => !announced.some((pattern) => pattern.test(text))), 'its console stays clean').toEqual([]);
  },

  host: async ({ server }, use) => {
    const email = `${randomBytes(6).toString('hex')}@people.example`;
    const token = await session(server, '/rpc/sign_up', { name: 'Hanno Host', email, password: PASSWORD });
    const context = await request.newContext({ extraHTTPHeaders: { cookie: `stoa_session=${token}` } });
    await use(new Account(server, context));
    await context.dispose();
    expect.soft(server.complaints(), 'the server’s log holds no warning').toEqual([]);
  },

  offer: async ({ host }, use) => use(await host.offer()),
  shop: async ({ openShop, offer }, use) => use(await openShop([offer.id])),

  tell: async ({ device }, use) => use((text) => console.log(`      ${device.name}: ${text}`)),
});

/** Ways to what is in the pages of the shop. */
export const shown = {
  signIn: (user: number) => `form[action="/sign-in"] button[value="${user}"]`,
  signOut: 'form[action="/sign-out"] button',
  name: 'header span',
  popup: ['stoa-contact-button', 'dialog', 'stoa-chat', 'iframe'],
  inbox: ['stoa-inbox', 'iframe'],
};

/** Signs in to the shop and opens the chat about its item; the focus goes into its field. */
export async function ask(device: Device, shop: Shop, offer: Offer, user = 1): Promise<void> {
  await device.open(shop.url);
  await device.click(shown.signIn(user));
  await expect.poll(() => device.box(shown.name)).toBeTruthy();
  await device.click(`a[href="/items/${offer.id}"]`);
  await device.click('stoa-contact-button', 'button.open');
  await device.within(shown.popup, async () => {
    await isReady(device);
    // WebKit lets no frame of another site choose what has the focus in it before somebody has used it.
    const focus = device.name.startsWith('WebKit') ? 'body' : '.composer textarea';
    await expect.poll(() => device.run((focus) => document.hasFocus() && document.activeElement?.matches(focus), focus)).toBe(true);
  });
}

/** The chat in a frame takes what is typed. */
export async function isReady(device: Device): Promise<void> {
  await expect.poll(() => device.run(() => 'interactive' in (document.documentElement?.dataset ?? {}))).toBe(true);
  await expect.poll(() => device.box('.composer textarea')).toBeTruthy();
}

/** Writes a message in the frame that the device is in. */
export async function write(device: Device, text: string): Promise<void> {
  await device.type(`${text}\uE007`, '.composer textarea');
  await shows(device, text);
}

/** The message is there, once. */
export async function shows(device: Device, text: string): Promise<void> {
  await expect.poll(async () => (await device.texts('[role=log] .bubble p')).filter((one) => one === text)).toEqual([text]);
}

/** The one conversation of the host, if there is one. */
export async function conversation(host: Account): Promise<{ id: string; people: { read_seq: number }[] }> {
  return (await host.api('GET', '/api/conversations')).conversations[0];
}

/** What was said in it, in order. */
export async function received(host: Account): Promise<string[]> {
  const found = await conversation(host);
  if (!found) return [];
  const { messages } = await host.api('GET', `/api/conversations/${found.id}/messages`);
  return messages.map(({ body }: { body: string }) => body);
}
