// Stoa in the pages of a shop with users of its own: two sites, two browsers. Nothing here may need a cookie or storage of the
// chat's site, so frames are without both.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Chat, row } from '../chat';
import { heard, messageField, test, visit } from '../embedding';
import { expect, expectAccessible } from '../fixtures';
import { PASSWORD, awake, unique } from '../marketplace';

test('R3 a visitor of a shop asks a host from its page, hears the answer, and the badge counts', async ({ market, openShop, server }) => {
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  const shop = await openShop([offer.id]);
  const visitor = await market.visitor();
  const page = await visit(visitor, shop);
  await expect(page.locator('stoa-unread-badge')).toBeHidden();
  await page.getByRole('link', { name: 'Item 1' }).click();

  // The focus goes in.
  const button = page.getByRole('button', { name: 'Ask about it' });
  await button.click();
  const frame = page.frameLocator('stoa-contact-button iframe');
  await expect(messageField(frame)).toBeFocused();
  await expect(frame.getByRole('navigation')).toHaveCount(0);
  const question = unique('Is it free in May?');
  await messageField(frame).fill(question);
  await messageField(frame).press('Enter');
  await expect(frame.getByRole('log', { name: 'Messages' }).getByText(question)).toBeVisible();

  // It arrives in the other browser, under the shop's name of the visitor, and the answer comes back.
  await host.open('/messages');
  await row(host.page, 'Lena Berg').click();
  const chat = Chat.onPage(host.page);
  await chat.shows(question);
  const answer = unique('From the 7th on.');
  await chat.write(answer);
  await expect(frame.getByText(answer)).toBeVisible();

  // The focus comes back.
  await expect(messageField(frame)).toBeVisible();
  await messageField(frame).press('Escape');
  await expect(button).toBeFocused();
  await expect(page.locator('stoa-contact-button iframe')).toBeHidden();
  expect(await heard(page)).toEqual(
    expect.arrayContaining([
      'stoa-contact-button opened',
      'stoa-contact-button message-sent',
      'stoa-contact-button closed',
    ]),
  );

  // The badge counts: told by the frame here, and without a frame on a page that has none.
  await chat.write(unique('And on the 20th.'));
  await expect(page.locator('stoa-unread-badge')).toContainText(/^[12]/);
  await page.goto(shop.url);
  await expect(page.locator('stoa-unread-badge')).toContainText(/^[12]/);
  expect(page.frames()).toHaveLength(1);

  // Of all this the browser keeps nothing for the chat's site.
  expect(await visitor.context.cookies(server.url)).toEqual([]);
});

test('R3 the inbox in a page shows what the visitor has, and signing out of the shop ends it', async ({ market, openShop }) => {
  const host = await market.signUp('Hilde Host');
  const offer = await market.offer(host);
  const shop = await openShop([offer.id]);
  const visitor = await market.visitor();
  const page = await visit(visitor, shop, 'Omar Nasser');
  await page.goto(`${shop.url}/items/${offer.id}`);
  await page.getByRole('button', { name: 'Ask about it' }).click();
  const question = unique('Does it have an oven?');
  const popup = page.frameLocator('stoa-contact-button iframe');
  await messageField(popup).fill(question);
  await messageField(popup).press('Enter');
  await expect(popup.getByRole('log', { name: 'Messages' }).getByText(question)).toBeVisible();

  await page.getByRole('link', { name: /^Messages/ }).click();
  const inbox = page.frameLocator('stoa-inbox iframe');
  await inbox.getByRole('region', { name: 'Conversations' }).locator('.row', { hasText: question }).click();
  await expect(inbox.getByRole('log', { name: 'Messages' }).getByText(question)).toBeVisible();
  // Pages that are not for frames are told of, and open beside the shop.
  const opened = page.context().waitForEvent('page');
  await inbox.getByRole('link', { name: new RegExp(`^${offer.title}`) }).click();
  const tab = await opened;
  await tab.waitForURL(`**/listings/${offer.id}`);
  await tab.close();

  // Both what the frame and what the badge had is ended on the server, and in the other tab too.
  const other = await visitor.context.newPage();
  await other.goto(`${shop.url}/messages`);
  await expect(other.frameLocator('stoa-inbox iframe').getByText(question)).toBeVisible();
  const ended: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'DELETE') ended.push(response.status());
  });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in as Lena Berg' })).toBeVisible();
  expect(ended).toContain(204);
  await expect(page.locator('iframe')).toHaveCount(0);
  await expect(other.locator('iframe')).toHaveCount(0);
  await expect(other.getByRole('alert')).toContainText('The messages can’t be shown just now.');
});

test('R1 another visitor in the same page gets another inbox', async ({ market, openShop }) => {
  const host = await market.signUp('Heike Host');
  const offer = await market.offer(host);
  const shop = await openShop([offer.id]);
  const visitor = await market.visitor();
  const page = await visit(visitor, shop, 'Lena Berg');
  await page.goto(`${shop.url}/items/${offer.id}`);
  await page.getByRole('button', { name: 'Ask about it' }).click();
  const question = unique('Only Lena reads this');
  const popup = page.frameLocator('stoa-contact-button iframe');
  await messageField(popup).fill(question);
  await messageField(popup).press('Enter');
  await expect(popup.getByRole('log', { name: 'Messages' }).getByText(question)).toBeVisible();
  await page.goto(`${shop.url}/messages`);
  const inbox = page.frameLocator('stoa-inbox iframe');
  await expect(inbox.getByText(question)).toBeVisible();

  // In the shop somebody else signs in, while the frame lives.
  const tab = await visitor.context.newPage();
  await tab.goto(shop.url);
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await tab.getByRole('button', { name: 'Sign in as Omar Nasser' }).click();
  await expect(tab.getByText('Omar Nasser')).toBeVisible();
  await page.evaluate(() => (window as any).Stoa.init({ identity: '/chat-identity' }));
  await expect(inbox.getByRole('region', { name: 'Conversations' })).toBeVisible();
  await expect(inbox.getByText(question)).toHaveCount(0);
});

test('R2 an order that the shop sends has a link in place of buttons, and moves on there alone', async ({
  market,
  openShop,
  server,
  expectConsole,
}) => {
  // Of sessions that the shop ends below.
  expectConsole(/status of 401 .*\/(chat-identity|embed\/unread|rpc\/poll_messages)/);
  expectConsole(/WebSocket connection to .* failed: HTTP Authentication failed/);
  const shop = await openShop([]);
  const admin = await market.demo('aino');
  const began = Date.now() - 60_000;
  let sent = 0;
  const send = (path: string, body: object) =>
    admin.api('PUT', `/api/external/${path}?issuer=plain-shop`, { ...body, changed_at: new Date(began + sent++).toISOString() });
  const [id, title] = [`order-${began}`, unique('Oak table')];
  await send('users/1', { name: 'Lena Berg' });
  await send('users/seller', { name: 'Sanne Seller' });
  await send(`listings/${id}`, { host: 'seller', kind: 'item', title, price_minor: 42_000 });
  const order = { listing: id, guest: '1', note: 'With the long bench.', url: `${shop.url}/?order=${id}` };
  await send(`orders/${id}`, { ...order, status: 'pending' });

  const visitor = await market.visitor();
  const page = await visit(visitor, shop);
  await page.goto(`${shop.url}/messages`);
  const inbox = page.frameLocator('stoa-inbox iframe');
  await inbox.getByRole('region', { name: 'Conversations' }).locator('.row', { hasText: title }).click();
  const log = inbox.getByRole('log', { name: 'Messages' });
  await expect(log.getByText('With the long bench.')).toBeVisible();
  await expect(inbox.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
  await send(`orders/${id}`, { ...order, status: 'in_progress', by: 'host' });
  await expect(log.getByText(/^Sanne/).last()).toBeVisible();
  // Both lead to the shop's page of it.
  for (const link of [inbox.getByRole('link', { name: 'View order' }), inbox.locator('.subject')]) {
    const opened = page.context().waitForEvent('page');
    await link.first().click();
    const tab = await opened;
    await tab.waitForURL(order.url);
    await tab.close();
  }

  // The shop's server ends the session: whoever is still signed in there goes on, and anybody else has nothing on screen.
  const end = () =>
    admin.context.request.delete(`${server.url}/api/external/users/1/sessions?issuer=plain-shop`, {
      headers: { origin: server.url },
    });
  const asked = () => page.waitForRequest((request) => request.url().endsWith('/embed/session') && request.method() === 'POST');
  const renewed = asked();
  expect((await end()).ok()).toBe(true);
  await renewed;
  await send(`orders/${id}`, { ...order, status: 'completed', by: 'host' });
  await expect(log.getByText(/completed|finished|done/i).last()).toBeVisible();
  await visitor.context.clearCookies({ domain: 'localhost' });
  expect((await end()).ok()).toBe(true);
  await expect(page.getByRole('alert')).toContainText('The messages can’t be shown just now.');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('R3 a site that is not allowed can’t show the chat, and messages of others change nothing', async ({ market, openShop, server, expectConsole }) => {
  expectConsole(/frame-ancestors|Refused to (frame|display)|Framing|ERR_BLOCKED_BY_RESPONSE/);
  const evil = createServer((request, response) => {
    const { port } = evil.address() as AddressInfo;
    const site = encodeURIComponent(`http://localhost:${port}`);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<link rel="icon" href="data:,"><iframe src="${server.url}/embed/messages?site=${site}"></iframe>
      <iframe src="${server.url}/messages"></iframe>`);
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const visitor = await market.visitor();
  const refusals: string[] = [];
  visitor.page.on('console', (message) => {
    if (message.text().includes('frame-ancestors')) refusals.push(message.text());
  });
  await visitor.page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
  await expect.poll(() => refusals.length).toBe(2);
  for (const at of [0, 1]) {
    await expect(visitor.page.frameLocator('iframe').nth(at).locator('html[data-site]')).toHaveCount(0);
  }
  evil.close();

  // In an allowed site: a message that is not of the frame, and one to the frame that is not of the page.
  const shop = await openShop([]);
  const page = await visit(visitor, shop);
  await page.goto(`${shop.url}/messages`);
  const inbox = page.frameLocator('stoa-inbox iframe');
  await expect(inbox.getByRole('region', { name: 'Conversations' })).toBeVisible();
  const answered = await page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    let isAnswered = false;
    port1.onmessage = () => (isAnswered = true);
    const frame = document.querySelector('stoa-inbox')!.shadowRoot!.querySelector('iframe')!;
    frame.contentWindow!.postMessage({ stoa: 'welcome' }, '*', [port2]);
    postMessage({ stoa: 'hello' }, '*');
    dispatchEvent(new MessageEvent('message', { data: { stoa: 'hello' }, origin: 'https://evil.example', source: window }));
    await new Promise((done) => setTimeout(done, 0));
    port1.postMessage({ type: 'sign-out' });
    await fetch('/shop.css');
    return isAnswered;
  });
  expect(answered).toBe(false);
  await expect(inbox.getByRole('region', { name: 'Conversations' })).toBeVisible();
});

test('R1 an admin makes a key, sees its secret once, and revokes it', async ({ market, expectConsole }) => {
  expectConsole(/status of 422/);
  const admin = await market.demo('aino');
  const page = await admin.open('/operator/settings');
  const section = page.getByRole('region', { name: 'Embedding' });
  await section.getByRole('textbox', { name: 'Site' }).fill('Shop');
  await section.getByRole('button', { name: 'Make a key' }).click();
  await expect(section.getByText('Use lower-case letters')).toBeVisible();
  const issuer = `shop-${Date.now()}.example.com`;
  await section.getByRole('textbox', { name: 'Site' }).fill(issuer);
  await section.getByRole('button', { name: 'Make a key' }).click();
  await expect(section.getByRole('textbox', { name: 'Copy the secret now.' })).toHaveValue(/^stoa_embed_secret_/);
  await expectAccessible(page);
  await page.reload();
  await awake(page);
  const key = section.getByRole('listitem').filter({ hasText: issuer });
  await expect(key).toContainText('never used');
  await expect(section.getByRole('textbox', { name: 'Copy the secret now.' })).toHaveCount(0);
  await key.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
  await expect(key).toContainText('revoked');
});

test('R7 a page of the shop reads the API by a token, and one of another site does not', async ({ market, openShop, server, expectConsole }) => {
  expectConsole(/blocked by CORS policy/);
  expectConsole(/net::ERR_FAILED/);
  const shop = await openShop([]);
  const host = await market.signUp('Hanno Host');
  const settings = await host.open('/settings#tokens');
  const form = settings.getByRole('region', { name: 'Access tokens' });
  await form.getByLabel('It is for').fill('The shop');
  await form.getByLabel('Your password').fill(PASSWORD);
  await form.getByRole('button', { name: 'Make a token' }).click();
  const made = form.getByLabel('Copy your token now.');
  await expect(made).toHaveValue(/^stoa_/);
  const token = await made.inputValue();

  const { page } = await market.visitor();
  const ask = () =>
    page.evaluate(
      async ([url, token]) => {
        const answer = await fetch(`${url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });
        return (await answer.json()).name as string;
      },
      [server.url, token] as const,
    );
  await page.goto(shop.url);
  expect(await ask()).toBe('Hanno Host');
  await page.goto('about:blank');
  await expect(ask()).rejects.toThrow('Failed to fetch');
});
