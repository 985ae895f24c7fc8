// Code that comes in files of its own: what waits for it, and what happens where it can't be had.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, test } from '../fixtures';
import { awake } from '../marketplace';

const STYLES = /\/pkg\/chunks\.[^/]+\.css$/;
const CHUNKS = /\/pkg\/(split|chunk)_[^/]+\.wasm$/;

/** Keeps a mark that a full load would wipe out. */
const mark = (page: Page) => page.evaluate(() => void ((window as any).isSameLoad = true));
const isSameLoad = (page: Page) => page.evaluate(() => (window as any).isSameLoad === true);

/** Keeps these files from arriving until what it gives is called. */
async function hold(page: Page, files: RegExp): Promise<() => void> {
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route(files, async (route) => {
    await held;
    await route.continue();
  });
  return go;
}

/** The tab is older than the server's version, which has not these files, until this page is loaded anew. */
async function loseUntilLoaded(page: Page, files: RegExp, path: string): Promise<void> {
  let isOld = true;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && new URL(request.url()).pathname === path) isOld = false;
  });
  await page.route(files, (route) => (isOld ? route.fulfill({ status: 404 }) : route.continue()));
}

/** Runs in the page before anything else. */
function noteInteractive(): void {
  new MutationObserver(() => ((window as any).interactiveAt ??= performance.now())).observe(document, {
    subtree: true,
    attributeFilter: ['data-interactive'],
  });
}

/** The chunks' files that the page has asked for, and whether it did so before it could be used. */
const chunksAsked = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name, startTime }) => ({
        name: /pkg\/(split_[a-z]+|chunk)[^/]*\.wasm$/.exec(name)?.[1] ?? '',
        isEarly: startTime < (window as any).interactiveAt,
      }))
      .filter(({ name }) => name),
  );

test('the list of conversations waits for no chunk, and fetches them when idle', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello']);
  await guest.context.addInitScript(noteInteractive);
  const page = await guest.open('/messages');
  const asked = async () => (await chunksAsked(page)).filter(({ isEarly }) => !isEarly).map(({ name }) => name);
  await expect.poll(asked).toEqual(expect.arrayContaining(['split_pages', 'split_thread']));
  expect((await chunksAsked(page)).filter(({ isEarly }) => isEarly)).toEqual([]);
});

test('other pages wait for their own chunk and for no other', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  await guest.context.addInitScript(noteInteractive);
  for (const [address, chunk] of [['/', 'split_pages'], [path, 'split_thread']]) {
    const page = await guest.open(address);
    const early = (await chunksAsked(page)).filter(({ isEarly }) => isEarly);
    expect(new Set(early.map(({ name }) => name)), address).toEqual(new Set([chunk, 'chunk']));
  }
});

test('from the list to other pages, to a conversation and back is one load', async ({ market }) => {
  const { guest, host } = await market.talk(['host: Hello']);
  const page = await guest.open('/messages');
  await mark(page);
  await page.getByRole('link', { name: 'Explore', exact: true }).first().click();
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/messages');
  await row(page, host.name).click();
  await Chat.onPage(page).shows('Hello');
  await page.goBack();
  await expect(row(page, host.name)).toBeVisible();
  expect(await isSameLoad(page)).toBe(true);
});

test('a page whose chunk is slow waits for it while the old one stays', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  const { page } = guest;
  const go = await hold(page, CHUNKS);
  await guest.open('/messages');
  await mark(page);
  await row(page, host.name).click();
  await expect(page.getByText('Pick a conversation')).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/messages');
  go();
  await Chat.onPage(page).shows('Hello');
  await expect(page).toHaveURL(path);
  expect(await isSameLoad(page)).toBe(true);
});

test('a page waits for its styles, which the list does without', async ({ market }) => {
  const { guest } = await market.talk(['host: Hello']);
  const { page } = guest;
  const go = await hold(page, STYLES);
  await guest.open('/messages');
  await mark(page);
  await page.getByRole('link', { name: 'Explore', exact: true }).first().click();
  await expect(page.getByText('Pick a conversation')).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/messages');
  go();
  await expect(page).toHaveURL('/');
  await expect(page.locator('.listing-grid')).toHaveCSS('display', 'grid');
  expect(await isSameLoad(page)).toBe(true);
});

test('a page whose styles are gone comes with a full load', async ({ market, expectConsole }) => {
  const { guest } = await market.talk(['host: Hello']);
  const { page } = guest;
  expectConsole(/Failed to load resource/);
  await loseUntilLoaded(page, STYLES, '/');
  await guest.open('/messages');
  await mark(page);
  await page.getByRole('link', { name: 'Explore', exact: true }).first().click();
  await expect(page).toHaveURL('/');
  await awake(page);
  await expect(page.locator('.listing-grid')).toHaveCSS('display', 'grid');
  expect(await isSameLoad(page)).toBe(false);
});

test('a page whose chunk is gone comes with a full load', async ({ market, expectConsole }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  const { page } = guest;
  expectConsole(/Failed to load resource|HTTP status code is not ok/);
  await loseUntilLoaded(page, CHUNKS, path);
  await guest.open('/messages');
  await mark(page);
  await row(page, host.name).click();
  await expect(page).toHaveURL(path);
  await awake(page);
  expect(await isSameLoad(page)).toBe(false);
  await Chat.onPage(page).shows('Hello');
  await page.goBack();
  await expect(page).toHaveURL('/messages');
  await expect(row(page, host.name)).toBeVisible();
});

test('a conversation that was loaded without its chunk works as it does without script', async ({
  market,
  expectConsole,
}) => {
  const { guest, path } = await market.talk(['host: Hello']);
  const { page } = guest;
  expectConsole(/Failed to load resource|HTTP status code is not ok/);
  await page.route(CHUNKS, (route) => route.fulfill({ status: 404 }));
  await page.goto(path);
  const chat = Chat.onPage(page);
  await chat.field.fill('Good day');
  await chat.send.click();
  await chat.shows('Good day');
});

test('offline, a page whose chunk is not there yet is not opened, and that is said', async ({
  market,
  expectConsole,
}) => {
  const { guest } = await market.talk(['host: Hello']);
  const { page } = guest;
  expectConsole(/Failed to (load resource|fetch)|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/);
  await page.route(CHUNKS, (route) => route.abort());
  await guest.open('/messages');
  await mark(page);
  await guest.context.setOffline(true);
  await page.getByRole('link', { name: 'Hosting', exact: true }).first().click();
  await expect(page.getByText('can’t be opened without a connection').first()).toBeVisible();
  await guest.context.setOffline(false);
  await page.unroute(CHUNKS);
  await page.getByRole('link', { name: 'Hosting', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: /hosting|listings/i })).toBeVisible();
  await expect(page).toHaveURL('/hosting');
  expect(await isSameLoad(page)).toBe(true);
});

test('the dialog whose chunk is gone becomes a form, whose message is not lost', async ({ market, expectConsole }) => {
  const guest = await market.signUp('Gesa Guest');
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  expectConsole(/Failed to load resource|HTTP status code is not ok/);
  await guest.page.route(/split_thread/, (route) => route.fulfill({ status: 404 }));
  const page = await guest.open(`/listings/${offer.id}`);
  await page.getByRole('button', { name: 'Contact host' }).first().click();
  // The form, or the dialog after all where the worker has kept its chunk.
  await page.getByRole('textbox', { name: 'Message Hanno' }).fill('Hello');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('.bubble', { hasText: 'Hello' })).toHaveCount(1);
});
