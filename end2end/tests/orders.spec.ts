// Orders in two and three browsers: booking, status and message together, dashboards, the desk.
import type { Locator, Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { unique, uuidV7, type Person } from '../marketplace';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** The card of one order on a dashboard. */
const card = (page: Page, code: string): Locator => page.locator('.order', { hasText: code });
/** The status above the messages. */
const status = (page: Page): Locator => page.locator('main .subject-bar .status');
const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

async function mark(page: Page): Promise<void> {
  await page.evaluate(() => ((window as any).isSameLoad = true));
}
const isSameLoad = (page: Page) => page.evaluate(() => (window as any).isSameLoad === true);

test('D1 D2 D8 @store a guest books, the host accepts in another browser: badge and message change together', async ({
  market,
}) => {
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const offer = await market.offer(host);
  await host.open('/hosting');
  await mark(host.page);
  const page = await guest.open(`/listings/${offer.id}`);
  await page.getByLabel('Arrive').fill(day(10));
  await page.getByLabel('Leave').fill(day(12));
  await page.getByLabel('Guests').fill('2');
  await page.getByText('Add a note').click();
  await page.getByLabel('Note').fill('We come by train.');
  await page.getByRole('button', { name: 'Ask to book' }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  await expect(page.locator('.thread__pill').first()).toContainText('You asked for');
  await Chat.onPage(page).shows('We come by train.');
  await expect(status(page)).toHaveText('Requested');
  await mark(page);
  const code = /REQ-[0-9A-Z]{6}/.exec(await page.locator('.subject-bar').innerText())![0];

  // It is on the host's page by itself.
  const request = card(host.page, code);
  await expect(request).toContainText('Gesa Guest');
  await expect(request.locator('.badge')).toHaveText(/^2\b/);
  // What the guest sees change, in the order in which it changes.
  await page.evaluate(() => {
    const seen: string[] = ((window as any).seen = []);
    new MutationObserver(() => {
      const badge = document.querySelector('main .subject-bar .status')?.textContent;
      const told = [...document.querySelectorAll('.thread__pill')].some((pill) => /accepted/.test(pill.textContent!));
      const now = `${badge} ${told}`;
      if (seen.at(-1) !== now) seen.push(now);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await request.getByRole('button', { name: 'Accept' }).click();
  await expect(status(page)).toHaveText('Accepted');
  await expect(page.locator('.thread__pill').last()).toContainText('Hanno Host accepted');
  const seen: string[] = await page.evaluate(() => (window as any).seen);
  expect(seen.filter((now) => now === 'Accepted false' || now === 'Requested true')).toEqual([]);
  await expect(request.locator('.status')).toHaveText('Accepted');
  expect(await isSameLoad(page)).toBe(true);
  expect(await isSameLoad(host.page)).toBe(true);

  // Declining asks first, and so does cancelling.
  const asked = page.getByRole('dialog', { name: 'Cancel this order?' });
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expectAccessible(page);
  await asked.getByRole('button', { name: 'Keep it' }).click();
  await expect(asked).toHaveCount(0);
  await expect(status(page)).toHaveText('Accepted');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await asked.getByLabel('A line to the other side').fill('We are ill, sorry.');
  await asked.getByRole('button', { name: 'Cancel order' }).click();
  await expect(status(page)).toHaveText('Cancelled');
  await Chat.onPage(page).shows('We are ill, sorry.');
  await expect(request.locator('.status')).toHaveText('Cancelled');
  await expect(request.getByRole('button', { name: 'Start' })).toHaveCount(0);
});

test('a double click makes one step, the focus goes to the status, and completing asks', async ({ market, expectConsole }) => {
  expectConsole(/ERR_INTERNET_DISCONNECTED/);
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const order = await market.order(guest, await market.offer(host));
  const page = await host.open(`/orders/${order.code}`);
  const shown = card(page, order.code);
  const history = page.getByRole('region', { name: 'What happened' });
  await shown.getByRole('button', { name: 'Accept' }).focus();
  await page.keyboard.press('Enter');
  await expect(shown.locator('.status')).toHaveText('Accepted');
  await expect(shown.locator('.status')).toBeFocused();
  await expect(history).toContainText('You accepted');
  // The second press hits what has come in the place of the first.
  await shown.getByRole('button', { name: 'Start' }).click();
  const complete = shown.getByRole('button', { name: 'Complete' });
  await complete.hover();
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  const asked = page.getByRole('dialog', { name: 'Complete this order?' });
  await expect(asked).toBeHidden();
  await expect(shown.locator('.status')).toHaveText('Under way');

  // What is written to the other side is there until the step is made.
  await complete.click();
  await expect(asked).toContainText('nights that are left are free again');
  await expectAccessible(page);
  await asked.getByLabel('A line to the other side').fill('Come again!');
  await asked.getByRole('button', { name: 'Not yet' }).click();
  await page.route('**/rpc/step_order', (route) => route.abort('internetdisconnected'));
  await complete.click();
  await asked.getByRole('button', { name: 'Complete order' }).click();
  const toast = page.locator('.toast--error', { hasText: 'No answer came' });
  await expect(toast).toBeVisible();
  await page.unroute('**/rpc/step_order');
  await complete.click();
  await expect(asked.getByLabel('A line to the other side')).toHaveValue('Come again!');
  await asked.getByRole('button', { name: 'Complete order' }).click();
  await expect(shown.locator('.status')).toHaveText('Done');
  await expect(shown.locator('.status')).toBeFocused();
  await expect(toast).toHaveCount(0);
  await Chat.onPage(await guest.open(order.path)).shows('Come again!');
});

test('an operator is asked before accepting for a host', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const order = await market.order(await market.signUp('Gesa Guest'), await market.offer(host));
  const desk = await (await market.demo('aino')).open(`/operator/orders?q=${order.code}`);
  const line = desk.locator('tr', { hasText: order.code });
  await line.getByRole('button', { name: 'Accept' }).click();
  const asked = desk.getByRole('dialog', { name: 'Accept for Hanno Host?' });
  await expect(asked.getByLabel('A line to the other side')).toHaveCount(0);
  await asked.getByRole('button', { name: 'Accept booking' }).click();
  await expect(line.locator('.status')).toHaveText('Accepted');
  await expect(line.locator('.status')).toBeFocused();
});

test('B1 B3 B4 badges of three orders are each its own, and right at once after the chat', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const offer = await market.offer(host);
  const orders = [];
  for (let count = 0; count < 3; count += 1) orders.push(await market.order(guest, offer));
  await host.say(orders[0].conversation, 'One');
  await host.say(orders[0].conversation, 'Two');
  await host.say(orders[2].conversation, 'Three');
  const page = await guest.open('/orders');
  const badges = orders.map((order) => card(page, order.code).locator('.badge'));
  await expect(badges[0]).toHaveText(/^2\b/);
  await expect(badges[1]).toHaveCount(0);
  await expect(badges[2]).toHaveText(/^1\b/);

  await card(page, orders[0].code).getByRole('link', { name: 'Messages' }).click();
  const chat = Chat.inDialog(page);
  await chat.shows('Two');
  await expect(badges[0]).toHaveCount(0);
  await expect(badges[2]).toHaveText(/^1\b/);
  await chat.write('Thank you');
  // With the line that leads to the next order.
  await expect(card(page, orders[0].code).locator('.order__total')).toHaveText('5');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // A new one comes by itself, to this order alone.
  await host.say(orders[1].conversation, 'Four');
  await expect(badges[1]).toHaveText(/^1\b/);
  await expect(badges[0]).toHaveCount(0);
  await expectAccessible(page);
});

test('B2 B6 D1 a custom order comes to the desk by itself, is taken up, quoted and accepted', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const aino = await market.demo('aino');
  await aino.open('/operator/orders');
  await mark(aino.page);
  const title = unique('Oak table');
  const page = await guest.open('/orders/new');
  await page.getByLabel('What is it?').fill(title);
  await page.getByLabel('Description').fill('For eight people.');
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  await Chat.onPage(page).shows('For eight people.');

  const desk = aino.page;
  const line = desk.locator('tr', { hasText: title });
  await expect(line.locator('.badge')).toHaveText(/^2\b/);
  await expect(line.locator('.status')).toHaveText('Requested');
  await line.getByRole('button', { name: 'Take up' }).click();
  const chat = Chat.inDialog(desk);
  await chat.shows('For eight people.');
  await chat.write('Oak or larch?');
  await Chat.onPage(page).shows('Oak or larch?');
  await expect(page.locator('.thread__pill').last()).toContainText('looks after this');
  await desk.keyboard.press('Escape');
  await expect(line.locator('.badge')).toHaveCount(0);
  await expect(line).toContainText('Oak or larch?');

  const ask = async (price: string) => {
    await line.getByRole('button', { name: /^More/ }).click();
    await desk.getByRole('menuitem', { name: /price/ }).click();
    await expect(line.getByLabel('Price in euros')).toBeFocused();
    await expectAccessible(desk);
    await line.getByLabel('Price in euros').fill(price);
    await line.getByLabel('A note to the guest').fill(`It is ${price} with the oil.`);
    await line.getByLabel('Price in euros').press('Enter');
    await expect(line.getByLabel('Price in euros')).toBeHidden();
    await Chat.onPage(page).shows(`It is ${price} with the oil.`);
  };
  await ask('940');
  const quote = page.locator('.thread__notice', { hasText: '€940' });
  await expect(quote).toContainText('proposed €940');
  await quote.getByRole('button', { name: 'Decline price' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Decline price' }).click();
  await expect(page.locator('.thread__pill').last()).toContainText('You declined €940');
  await expect(quote.getByRole('button')).toHaveCount(0);
  // The order has changed, and so has its menu.
  await expect(line).toContainText('declined €940');
  await ask('880');
  await page.locator('.thread__notice', { hasText: '€880' }).getByRole('button', { name: 'Accept' }).click();
  await expect(status(page)).toHaveText('Accepted');
  await expect(line.locator('.status')).toHaveText('Accepted');
  expect(await isSameLoad(desk)).toBe(true);
});

test('H4 the desk asks once at a time, and once more for what came in between', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const order = await market.order(guest, await market.offer(await market.signUp('Hanno Host')));
  const aino = await market.demo('aino');
  const desk = aino.page;
  let [wakeUps, asked, underWay, most] = [0, 0, 0, 0];
  desk.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => (wakeUps += String(payload).startsWith('{"type":"desk"') ? 1 : 0)),
  );
  await aino.open('/operator/orders');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await desk.route('**/rpc/get_desk*', async (route) => {
    asked += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    if (asked === 1) await held;
    underWay -= 1;
    await route.continue();
  });
  await guest.say(order.conversation, 'One');
  await expect.poll(() => asked).toBe(1);
  for (const text of ['Two', 'Three']) {
    const before = wakeUps;
    await guest.say(order.conversation, text);
    await expect.poll(() => wakeUps).toBeGreaterThan(before);
  }
  release();
  await expect.poll(() => asked).toBe(2);
  expect(most).toBe(1);
});

test('B6 an operator is told of a new custom order anywhere, and its page works before it is taken up', async ({
  market,
}) => {
  const guest = await market.signUp('Gesa Guest');
  const aino = await market.demo('aino', { viewport: { width: 1280, height: 800 } });
  const desk = await aino.open('/');
  const unread = desk.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Desk' }).locator('.badge');
  const before = (await unread.count()) > 0 ? parseInt(await unread.innerText()) : 0;
  const title = unique('Oak table');
  const made = await guest.post('create_order', { order_id: uuidV7(), 'draft[title]': title, 'draft[note]': 'For eight.' });
  const toast = desk.locator('.toast');
  await expect(toast).toContainText('Gesa Guest asks for something');
  await expect(unread).toHaveText(new RegExp(`^${before + 1}\\b`));
  await toast.getByRole('link', { name: 'Open' }).click();
  await expect(desk).toHaveURL(`/orders/${made.card.code}`);
  const shown = card(desk, made.card.code);
  await expect(shown).toContainText('Gesa Guest');
  await expect(shown).toContainText('No price yet');
  await expect(shown).toContainText('Nobody looks after this order yet.');
  await expectAccessible(desk);
  // Who does not take part proposes a price without a note.
  await shown.getByRole('button', { name: 'Propose a price' }).click();
  await expect(shown.getByLabel('Price in euros')).toBeFocused();
  await expect(shown.getByLabel('A note to the guest')).toHaveCount(0);
  await desk.keyboard.press('Escape');
  await shown.getByRole('button', { name: 'Take up' }).click();
  await Chat.inDialog(desk).shows('For eight.');
  await desk.keyboard.press('Escape');
  await expect(shown.getByRole('link', { name: /Messages/ })).toBeFocused();
  // With all its buttons the table is no wider than the page.
  await shown.getByRole('button', { name: 'Propose a price' }).click();
  await shown.getByLabel('Price in euros').fill('940');
  await shown.getByLabel('Price in euros').press('Enter');
  await expect(shown).not.toContainText('No price yet');
  await guest.post('step_order', { order: made.card.code, message_id: uuidV7(), expected: 'pending', step: 'accept_quote' });
  await aino.open('/operator/orders');
  await expect(desk.locator('tr', { hasText: title }).getByRole('button', { name: 'Start' })).toBeVisible();
  const [wide, seen] = await desk.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(wide).toBeLessThanOrEqual(seen);
});

test('E7 the desk is not there for who is no operator', async ({ market, expectConsole }) => {
  expectConsole(/status of 404/);
  const guest = await market.signUp('Gesa Guest');
  const page = await guest.open('/');
  await expect(page.getByRole('link', { name: 'Desk' })).toHaveCount(0);
  await page.goto('/operator/orders');
  await expect(page.getByText('There is nothing here')).toBeVisible();
});

test('D3 an order has a page by its code in any case, and a stranger finds nothing', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 404/);
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const stranger = await market.signUp('Eve Elsewhere');
  const offer = await market.offer(host);
  const { code } = await market.order(guest, offer);
  const page = await guest.open(`/orders/${code.toLowerCase()}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(offer.title);
  const facts = page.getByRole('region', { name: 'The order' });
  await expect(facts).toContainText(code);
  await expect(facts).toContainText(/2 nights × €\d+ = €\d+/);
  await expect(facts).toContainText(/Arrive[\s\u200b]*(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day/);
  await expect(page.getByRole('region', { name: 'What happened' })).toContainText('You asked for');
  await expect(card(page, code)).toContainText('Hanno Host');
  await stranger.page.goto(`/orders/${code}`);
  await expect(stranger.page.getByText('We can’t find this order')).toBeVisible();
});

for (const theme of ['light', 'dark'] as const) {
  test(`A14 axe finds nothing on the pages of orders, ${theme}`, async ({ market }) => {
    const look = { colorScheme: theme, reducedMotion: 'reduce' } as const;
    const noor = await market.demo('noor', look);
    for (const path of ['/orders', '/orders?show=finished', '/orders/new', '/hosting']) {
      await noor.open(path);
      await expectAccessible(noor.page);
    }
    await noor.open('/orders');
    await noor.page.getByRole('link', { name: 'A table for the garden' }).click();
    await expect(noor.page.getByRole('heading', { level: 1, name: /A table for the garden/ })).toBeVisible();
    await expectAccessible(noor.page);
    const aino = await market.demo('aino', look);
    for (const path of ['/operator/orders', '/operator/orders?view=board', '/operator/orders?show=unread&q=nothing']) {
      await aino.open(path);
      await expectAccessible(aino.page);
    }
  });
}

test('A14 on a phone nothing of orders is wider than the screen', async ({ market }) => {
  const noor = await market.demo('noor', PHONE);
  const aino = await market.demo('aino', PHONE);
  const isNarrow = async (person: Person, path: string) => {
    await person.open(path);
    const [wide, seen] = await person.page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(wide, path).toBeLessThanOrEqual(seen);
  };
  for (const path of ['/orders', '/orders/new', '/hosting']) await isNarrow(noor, path);
  for (const path of ['/operator/orders', '/operator/orders?view=board']) await isNarrow(aino, path);
  await noor.open('/?q=boathouse');
  await noor.page.getByRole('link', { name: 'Boathouse on the lake' }).first().tap();
  await noor.page.getByRole('link', { name: 'Ask to book' }).tap();
  await expect(noor.page.getByLabel('Arrive')).toBeInViewport();
});
