// Stoa in the pages of shops: two sites, and browsers that keep nothing of the chat's.
import type { FrameLocator, Page } from '@playwright/test';
import { expect, test as base } from './fixtures';
import { blockStorage } from './in_frame';
import type { Person } from './marketplace';
import { Server, freePort } from './server';
import { Shop, type Kind } from './shop';

type Fixtures = {
  /** Opens the plain shop, to sell these listings of hosts who are at home in Stoa. */
  openShop: (listings: string[]) => Promise<Shop>;
  /** Opens a shop that is connected: it sends its own users, items and orders, and hears by a webhook what happens. */
  openConnected: (kind: Kind) => Promise<Shop>;
};

export const test = base.extend<Fixtures, { server: Server; shopPort: number }>({
  shopPort: [async ({}, use) => use(await freePort()), { scope: 'worker' }],
  server: [
    async ({ shopPort }, use) => {
      const options = (url: string) => ['--public-url', url, '--embed-site', `http://localhost:${shopPort}`];
      const server = await Server.start([], options);
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  openShop: async ({ server, shopPort }, use) => {
    const open: Shop[] = [];
    await use(async (listings) => {
      const shop = await Shop.start(server, shopPort, listings);
      open.push(shop);
      return shop;
    });
    await Promise.all(open.map((shop) => shop.stop()));
  },
  openConnected: async ({ server, shopPort, market }, use) => {
    const open: Shop[] = [];
    await use(async (kind) => {
      const shop = await Shop.connected(kind, server, shopPort, await market.demo('aino'));
      open.push(shop);
      return shop;
    });
    // Pages of Next go on fetching what may be wanted next.
    await market.close();
    await Promise.all(open.map((shop) => shop.stop()));
  },
});

/** Keeps the events of the elements in the page. */
function listen(): void {
  const heard: string[] = [];
  Object.assign(window, { heard });
  for (const type of ['opened', 'closed', 'message-sent', 'unread', 'failed']) {
    addEventListener(type, (event) => heard.push(`${(event.target as Element).localName} ${type}`));
  }
}

export const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: string[] }).heard);

/** A visitor of the shop, who is signed in there alone. */
export async function visit(visitor: Person, shop: Shop, name = 'Lena Berg'): Promise<Page> {
  const { page, context } = visitor;
  await context.addInitScript(blockStorage);
  await context.addInitScript(listen);
  await page.goto(shop.url);
  await page.getByRole('button', { name: `Sign in as ${name}` }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(page.getByText(name, { exact: true })).toBeVisible();
  return page;
}

export const messageField = (frame: FrameLocator) => frame.getByRole('textbox', { name: /^Message/ });
