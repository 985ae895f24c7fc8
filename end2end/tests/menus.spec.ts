// Menus: by keyboard, by touch, and without script; and what they offer.
import { Chat, badge, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { unique, uuidV7 } from '../marketplace';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const LONG = Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n');

test('UX-22 UX-34 the menu of a message is led by the keyboard, and copies any message', async ({ market }) => {
  const { guest, path } = await market.talk(['host: The key is under the mat', 'guest: Thanks']);
  await guest.context.grantPermissions(['clipboard-write']);
  const page = await guest.open(path);
  const more = page.getByRole('button', { name: 'More: Thanks' });
  const menu = page.getByRole('menu', { name: 'Message' });
  const item = (name: string) => page.getByRole('menuitem', { name });
  const first = page.getByRole('menuitemcheckbox', { name: 'React with 👍' });
  await more.focus();
  await expect(more).toHaveAttribute('aria-haspopup', 'menu');
  await expect(more).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('Enter');
  await expect(first).toBeFocused();
  await expect(more).toHaveAttribute('aria-expanded', 'true');
  await expectAccessible(page);
  for (const [key, name] of [
    ['c', 'Copy text'],
    ['ArrowDown', 'Edit'],
    ['ArrowUp', 'Copy text'],
    ['ArrowUp', 'Reply'],
    ['End', 'Delete'],
    ['ArrowUp', 'How far it got'],
    ['d', 'Delete'],
  ]) {
    await page.keyboard.press(key);
    await expect(item(name)).toBeFocused();
  }
  for (const key of ['Escape', 'Tab']) {
    await page.keyboard.press(key);
    await expect(menu).toBeHidden();
    await expect(more).toBeFocused();
    await expect(more).toHaveAttribute('aria-expanded', 'false');
    await page.keyboard.press('Enter');
    await expect(first).toBeFocused();
  }
  // A press on its button closes it, and one on another button moves it there.
  await more.click();
  await expect(menu).toBeHidden();
  await more.click();
  await expect(item('Delete')).toBeVisible();
  const theirs = page.getByRole('button', { name: 'More: The key' });
  await Chat.onPage(page).bubble('The key is under the mat').hover();
  await theirs.click();
  await expect(first).toBeFocused();
  await expect(item('Delete')).toBeHidden();
  await expect(more).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('c');
  await page.keyboard.press('Enter');
  await expect(page.locator('.toast', { hasText: 'Copied.' })).toBeVisible();
  await expect(theirs).toBeFocused();
  await Chat.onPage(page).field.focus();
  await page.keyboard.press('Control+v');
  await expect(Chat.onPage(page).field).toHaveValue('The key is under the mat');
});

test('UX-26 the menu of a message closes on a press beside it and when its message scrolls away', async ({ market }) => {
  const { guest, path } = await market.talk([`guest: ${LONG}`, 'guest: Thanks']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const menu = page.getByRole('menu');
  const open = async () => {
    await chat.bubble('Thanks').hover();
    await page.getByRole('button', { name: 'More: Thanks' }).click();
    await expect(menu).toBeVisible();
  };
  await open();
  await chat.log.click({ position: { x: 5, y: 5 } });
  await expect(menu).toBeHidden();
  await open();
  await chat.log.hover({ position: { x: 5, y: 5 } });
  await page.mouse.wheel(0, -200);
  await expect(menu).toBeHidden();
});

test('UX-14 a long press on a bubble opens its menu, which stays when the finger is lifted', async ({ market }) => {
  // So many that the menu comes up under the finger.
  const lines = Array.from({ length: 12 }, (_, index) => `host: Good morning ${index}`);
  const { guest, path } = await market.talk([...lines, 'guest: Thanks'], { guest: PHONE });
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const menu = page.getByRole('menu');
  const touch = await page.context().newCDPSession(page);
  const press = async (text: string) => {
    const { x, y, width, height } = (await chat.bubble(text).boundingBox())!;
    const touchPoints = [{ x: x + width / 2, y: y + height / 2 }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  };
  const lift = () => touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await press('Thanks');
  await expect(menu).toBeVisible();
  await lift();
  await expect(page.getByRole('menuitem', { name: 'Edit' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'Delete' }).tap();
  await page.getByRole('menuitem', { name: 'Delete' }).tap();
  await chat.shows('Message deleted');
  // A tap is no long press.
  await chat.bubble('Good morning 11').tap();
  await expect(menu).toBeHidden();
});

test('UX-34 a long press on a row opens its menu and not its conversation', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello', 'host: Good morning'], { guest: PHONE });
  const page = await guest.open('/messages');
  await expect(page.locator('dialog.palette')).toBeAttached();
  const touch = await page.context().newCDPSession(page);
  const { x, y } = (await row(page, 'Good morning').boundingBox())!;
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: x + 90, y: y + 20 }] });
  const item = page.getByRole('menuitem', { name: 'Mark as read' });
  await expect(item).toBeVisible();
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expectAccessible(page);
  await item.tap();
  await expect(badge(page)).toHaveCount(0);
  await expect(page).toHaveURL('/messages');
  await row(page, 'Good morning').tap();
  await expect(Chat.onPage(page).bubbles.last()).toBeVisible();
});

test('UX-34 a row has a menu that marks its conversation as read without opening it', async ({ market }) => {
  const { guest, host, conversation } = await market.talk(['guest: Hello', 'host: Good morning', 'host: Come in']);
  const offer = await market.offer(host);
  const order = await market.order(guest, offer);
  const page = await guest.open('/messages');
  const one = row(page, 'Come in');
  await expect(one.locator('.badge')).toHaveText(/^2\b/);
  await expect(page.locator('dialog.palette')).toBeAttached();
  await one.hover();
  await page.locator('.rows > li', { hasText: 'Come in' }).getByRole('button', { name: 'More: Hanno Host' }).click();
  await expect(page.getByRole('menuitem', { name: 'Mark as read' })).toBeFocused();
  await expect(page.getByRole('menuitem', { name: 'Open order' })).toBeHidden();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(one.locator('.badge')).toHaveCount(0);
  await expect(page).toHaveURL('/messages');
  const unread = async () => (await guest.api('GET', `/api/conversations/${conversation}`)).unread;
  await expect.poll(unread).toBe(0);
  // By keyboard Tab leads from a row to its button.
  await row(page, offer.title).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Open order' }).click();
  await expect(page).toHaveURL(`/orders/${order.code}`);
});

test('UX-34 the menu of an old message says why it can’t be changed', async ({ market }) => {
  const page = await (await market.demo('noor')).open('/messages');
  await row(page, 'Tomas Berg').first().click();
  const bubble = Chat.onPage(page).log.locator('.group--own .bubble:has(.bubble__more)').last();
  await bubble.hover();
  await bubble.locator('.bubble__more').click();
  await expect(page.getByRole('menuitem', { name: /^Too old to edit/ })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('menuitem', { name: 'Edit', exact: true })).toBeHidden();
  await expectAccessible(page);
});

test('UX-25 without script an operator proposes a price from the menu of a row', async ({ market, expectConsole }) => {
  expectConsole(/^failed: csp .*\/pkg\/|was preloaded using link preload but not used/);
  const guest = await market.signUp('Gesa Guest');
  const title = unique('Oak table');
  const made = await guest.post('create_order', { order_id: uuidV7(), 'draft[title]': title, 'draft[note]': 'For eight.' });
  const aino = await market.demo('aino', { javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  await aino.post('take_order', { order: made.card.code, message_id: uuidV7(), expected: 'pending' });
  const { page } = aino;
  await page.goto('/operator/orders');
  const line = page.locator('tr', { hasText: title });
  await line.getByRole('button', { name: `More: ${title}` }).click();
  await page.getByRole('menuitem', { name: 'Propose a price' }).click();
  const form = page.getByRole('dialog', { name: 'Propose a price' });
  await form.getByLabel('Price in euros').fill('940');
  await form.getByLabel('Price in euros').press('Enter');
  await expect(page).toHaveURL(/\/messages\//);
  await page.goto(`/operator/orders?q=${encodeURIComponent(title)}`);
  await page.locator('tr', { hasText: title }).getByRole('button', { name: `More: ${title}` }).click();
  await expect(page.getByRole('menuitem', { name: 'Change the price' })).toBeVisible();
});

test('UX-09 where a price waits for an answer, cancelling the order is in a menu', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const aino = await market.demo('aino');
  const made = await guest.post('create_order', {
    order_id: uuidV7(),
    'draft[title]': unique('Oak table'),
    'draft[note]': 'For eight.',
  });
  await aino.post('quote_order', { order: made.card.code, message_id: uuidV7(), price: '940' });
  const page = await guest.open(`/orders/${made.card.code}`);
  const card = page.locator('.order').first();
  await expect(card.getByRole('button', { name: 'Accept' })).toBeVisible();
  await expect(card.getByRole('button', { name: 'Decline price' })).toBeVisible();
  await expect(card.getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();
  await card.getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Cancel order' })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  const asked = page.getByRole('dialog', { name: 'Cancel this order?' });
  await expect(asked).toBeVisible();
  await asked.getByRole('button', { name: 'Keep it' }).click();
  await expect(card.getByRole('button', { name: /^More/ })).toBeFocused();
  await card.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Cancel order' }).click();
  await asked.getByRole('button', { name: 'Cancel order' }).click();
  await expect(card.locator('.status').first()).toHaveText('Cancelled');
});
