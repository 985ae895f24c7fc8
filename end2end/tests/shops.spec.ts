// The shops of examples/: the same afternoon in each, between two of its own users. script/shop installs those that need packages.
import type { Page } from '@playwright/test';
import { messageField, test, visit } from '../embedding';
import { expect } from '../fixtures';
import { unique } from '../marketplace';
import { KINDS, isInstalled, type Shop } from '../shop';

const status = (page: Page) => page.getByText(/^Status: /);

/** An event that the chat never sent. */
function forge(shop: Shop): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'evt_forged_1',
    'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
    'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
  };
  const body = JSON.stringify({ id: 'evt_forged_1', type: 'order.forged', timestamp: '', data: {} });
  return fetch(`${shop.url}/webhooks/stoa`, { method: 'POST', headers, body });
}

for (const kind of KINDS) {
  test(`R2 R3 R4 in the ${kind} shop a guest asks and orders, the host answers and accepts, and the shop hears of it`, async ({
    market,
    openConnected,
  }) => {
    test.skip(!isInstalled(kind), 'script/shop installs it');
    const shop = await openConnected(kind);
    const guest = await visit(await market.visitor(), shop, 'Lena Berg');
    const host = await visit(await market.visitor(), shop, 'Oak & Ash');

    // The guest asks on the item's page; the badge of the host counts it, and the inbox has it.
    await guest.getByRole('link', { name: 'Oak table' }).click();
    await guest.getByRole('button', { name: 'Ask about it' }).click();
    const popup = guest.frameLocator('stoa-contact-button iframe');
    const question = unique('Is it oiled?');
    await messageField(popup).fill(question);
    await messageField(popup).press('Enter');
    await expect(popup.getByRole('log', { name: 'Messages' }).getByText(question)).toBeVisible();
    await host.reload();
    await expect(host.locator('stoa-unread-badge')).toContainText(/^1/);
    await host.getByRole('link', { name: /^Messages/ }).click();
    const inbox = host.frameLocator('stoa-inbox iframe');
    await inbox.getByRole('region', { name: 'Conversations' }).locator('.row', { hasText: question }).click();
    const answer = unique('Twice.');
    await messageField(inbox).fill(answer);
    await messageField(inbox).press('Enter');
    await expect(popup.getByRole('log', { name: 'Messages' }).getByText(answer)).toBeVisible();
    await messageField(popup).press('Escape');
    await expect(guest.locator('stoa-contact-button iframe')).toBeHidden();

    // The guest orders. The page of the order has the same conversation.
    await guest.getByRole('button', { name: 'Order it' }).click();
    await expect(status(guest)).toHaveText('Status: pending');
    const chat = guest.frameLocator('stoa-chat iframe').getByRole('log', { name: 'Messages' });
    await expect(chat.getByText(answer)).toBeVisible();

    // The host accepts in the shop, and the guest's chat says so.
    await host.getByRole('link', { name: 'Orders' }).click();
    await host.getByRole('link', { name: 'Oak table' }).click();
    await host.getByRole('button', { name: 'Accept' }).click();
    await expect(status(host)).toHaveText('Status: accepted');
    await expect(chat.getByText(/^Oak & Ash (accepted|confirmed)/)).toBeVisible();

    // The shop has heard of all this by a webhook, and takes nothing that is not signed.
    expect((await forge(shop)).status).toBe(401);
    for (const type of ['message.created', 'order.created', 'order.status_changed']) {
      await expect(async () => {
        await guest.reload();
        await expect(guest.getByRole('listitem').filter({ hasText: type }).first()).toBeVisible({ timeout: 1_000 });
      }).toPass();
    }
    await expect(guest.getByText('order.forged')).toHaveCount(0);

    // Signing out of the shop ends the chat.
    await expect(chat.getByText(answer)).toBeVisible();
    const ended = guest.waitForResponse((answer) => answer.request().method() === 'DELETE' && answer.status() === 204);
    await guest.getByRole('button', { name: 'Sign out' }).click();
    await ended;
    await expect(guest.getByRole('button', { name: 'Sign in as Lena Berg' })).toBeVisible();
    await expect(guest.locator('iframe')).toHaveCount(0);
  });
}
