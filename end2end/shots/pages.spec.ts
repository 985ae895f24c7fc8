// Not a test: pictures of every page and its main states, on a desktop and on a phone, in light
// and dark, for looking at. `script/shots FOLDER` runs it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { test } from '../fixtures';
import type { Marketplace, Person } from '../marketplace';

const FOLDER = process.env.SHOTS_DIR!;
const SIZES: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

mkdirSync(FOLDER, { recursive: true });

for (const size of Object.keys(SIZES)) {
  for (const theme of ['light', 'dark'] as const) {
    const look = { ...SIZES[size], colorScheme: theme, reducedMotion: 'reduce' } as const;
    const take = (page: Page, name: string) =>
      page.screenshot({ path: join(FOLDER, `${name}.${size}.${theme}.png`) });

    test(`public pages, ${size}, ${theme}`, async ({ market, expectConsole }) => {
      expectConsole(/status of (403|404)/);
      const { page } = await market.visitor(look);
      const visit = async (path: string, name: string) => {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        await take(page, name);
      };
      await visit('/', 'explore');
      await visit('/?q=oak', 'explore-results');
      await visit('/?q=unobtainium', 'explore-nothing');
      await visit('/sign-up', 'sign-up');
      await visit('/no-such-page', 'not-found');
      await visit('/sign-in', 'sign-in');
      await page.getByLabel('Email').fill('noor@demo.stoa.example');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
      await take(page, 'sign-in-wrong');
    });

    test(`orders, ${size}, ${theme}`, async ({ market }) => {
      const noor = await market.demo('noor', look);
      const { page } = noor;
      await noor.open('/orders');
      await take(page, 'orders');
      await noor.open('/orders?show=ended');
      await take(page, 'orders-ended');
      await noor.open('/orders/new');
      await take(page, 'order-new');
      await noor.open('/hosting');
      await take(page, 'hosting-orders');
      await noor.open('/orders');
      await page.getByRole('link', { name: 'A table for the garden' }).click();
      await page.getByRole('heading', { level: 1, name: /REQ-/ }).waitFor();
      await take(page, 'order');
      await page.locator('.order__chat').click();
      await Chat.inDialog(page).bubbles.first().waitFor();
      await take(page, 'order-chat');
      const aino = await market.demo('aino', look);
      await aino.open('/operator/orders');
      await take(aino.page, 'desk');
      await aino.open('/operator/orders?view=board');
      await take(aino.page, 'desk-board');
      const sam = await market.demo('sam', look);
      await sam.open('/');
      await sam.page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
      await sam.page.getByRole('heading', { level: 1 }).waitFor();
      await take(sam.page, 'listing-book');
    });

    test(`personal pages, ${size}, ${theme}`, async ({ market, expectConsole }) => {
      expectConsole(/status of 422/);
      const tomas = await market.demo('tomas', look);
      const { page } = tomas;
      await tomas.open('/hosting');
      await take(page, 'hosting');
      const own = await page.locator('.offer h2 a').first().getAttribute('href');
      await tomas.open(own!);
      await take(page, 'listing-own');
      await tomas.open(`${own}/edit`);
      await take(page, 'listing-edit');
      await tomas.open('/listings/new');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('alert').first().waitFor();
      await take(page, 'listing-new-wrong');
      await tomas.open('/settings');
      await take(page, 'settings');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('.toast').waitFor();
      await take(page, 'settings-saved');
    });

    test(`messages, ${size}, ${theme}`, async ({ market }) => {
      const noor = await market.demo('noor', look);
      const { page } = noor;
      await noor.open('/messages');
      await row(page, 'Boathouse on the lake').first().waitFor();
      await take(page, 'messages');
      await page.getByRole('searchbox', { name: 'Search conversations' }).fill('nobody at all');
      await page.getByRole('heading', { name: /^Nothing for/ }).waitFor();
      await take(page, 'messages-nothing-found');
      await noor.open('/messages');
      await row(page, 'Desert dome').click();
      const chat = Chat.onPage(page);
      await chat.bubbles.last().waitFor();
      await take(page, 'thread-right-to-left');
      await noor.open('/messages');
      await row(page, 'Pine cabin').click();
      await chat.bubbles.last().waitFor();
      await chat.field.fill('We come on the 3rd of January, with warm socks and a drum.\nIs there a sledge?');
      await take(page, 'thread-writing');
      const nobody = await market.signUp('Nina Neu', look);
      await nobody.open('/messages');
      await take(nobody.page, 'messages-none');
    });

    test(`notifications, ${size}, ${theme}`, async ({ market }) => {
      const noor = await market.demo('noor', look);
      const { page } = noor;
      await noor.open('/');
      await page.locator('.bell').click();
      await page.locator('.told').first().waitFor();
      await take(page, 'notifications-panel');
      await noor.open('/notifications');
      await page.locator('.told').first().waitFor();
      await take(page, 'notifications');
      const tomas = await market.demo('tomas', look);
      await tomas.open('/notifications?show=booking');
      await tomas.page.locator('.told').first().waitFor();
      await take(tomas.page, 'notifications-bookings');
      await tomas.open('/settings#notifications');
      await take(tomas.page, 'settings-notifications');
      const aino = await market.demo('aino', look);
      await aino.open('/operator/notices');
      await take(aino.page, 'notices');
      await aino.open('/operator/settings?days=3');
      await take(aino.page, 'site-settings');
    });

    test(`a conversation and its states, ${size}, ${theme}`, async ({ market, expectConsole }) => {
      expectConsole(/net::ERR_INTERNET_DISCONNECTED|status of 401/);
      const { guest, page, chat } = await conversation(market, look);
      await take(page, 'thread');
      await chat.log.hover();
      await page.mouse.wheel(0, -700);
      await chat.pane.locator('.thread__jump').waitFor();
      await take(page, 'thread-further-up');
      await chat.pane.locator('.thread__jump').click();
      await guest.context.setOffline(true);
      await chat.field.fill('Are there towels?');
      await chat.send.click();
      await page.locator('.banner').waitFor();
      await take(page, 'thread-offline');
      await guest.context.setOffline(false);
      await page.locator('.banner--fine').waitFor();
      await take(page, 'thread-back-online');
      await chat.field.fill('x'.repeat(10_020));
      await take(page, 'thread-too-long');
      await chat.field.fill('Where was I');
      await guest.endSessionElsewhere();
      await page.locator('.banner--error').waitFor({ timeout: 40_000 });
      await take(page, 'thread-signed-out');
    });

    test(`the dialog, ${size}, ${theme}`, async ({ market }) => {
      const noor = await market.demo('noor', look);
      const { page } = noor;
      await noor.open('/?q=boathouse');
      await page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
      await page.getByRole('button', { name: 'Contact host' }).waitFor();
      await page.waitForLoadState('networkidle');
      await take(page, 'listing');
      await page.getByRole('button', { name: 'Contact host' }).click();
      await Chat.inDialog(page).bubbles.last().waitFor();
      await take(page, 'dialog');
      const guest = await market.signUp('Nina Neu', look);
      await guest.open('/?q=boathouse');
      await guest.page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
      await guest.page.getByRole('button', { name: 'Contact host' }).click();
      await Chat.inDialog(guest.page).field.waitFor();
      await take(guest.page, 'dialog-empty');
    });
  }
}

// The picture in the README.
test('the inbox', async ({ market }) => {
  const noor = await market.demo('noor', { ...SIZES.desktop, colorScheme: 'light', reducedMotion: 'reduce' });
  const { page } = noor;
  await noor.open('/messages');
  await row(page, 'Boathouse on the lake').filter({ hasText: 'Tomas Berg' }).first().click();
  await Chat.onPage(page).bubbles.last().waitFor();
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, 'inbox.png') });
});

/** A talk of some length, so that there is something to scroll. */
async function conversation(market: Marketplace, look: BrowserContextOptions) {
  const lines = [
    'guest: Hello Hanno, is the houseboat free over Easter?',
    'host: Hello Gesa, it is. How many are you?',
    'guest: Two, and a dog who likes water more than we do.',
    'host: Then he will be happy. The deck is low enough to jump in and out.',
    'host: Only the stairs are steep. Does he climb?',
    'guest: Down he jumps. Up he is carried.',
    'guest: Is there a shop nearby, or do we bring everything?',
    'host: Ten minutes by bicycle: https://stoa.example/shops-of-utrecht\n\nTwo bicycles are on board. One has a basket that fits a small dog.',
    'guest: He is not a small dog.',
    'host: 😄',
    'guest: Then we take turns walking.',
    'host: Good plan. Check-in is from 15:00, the key hangs behind the blue boot.',
    'guest: Behind, not in it?',
    'host: In it lives a spider. Behind is better.',
    'guest: Behind. Thank you!',
    'guest: See you on Friday.',
  ];
  const { guest, host, path } = await market.talk(lines, { guest: look });
  await host.open(path);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.progress.filter({ hasText: 'Read' }).waitFor();
  return { guest: guest as Person, page, chat };
}
