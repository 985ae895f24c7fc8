// The list of conversations: what it shows before it is loaded, and its pages.
import { expect, test } from '../fixtures';
import { row } from '../chat';
import { uuidV7 } from '../marketplace';

test('C10 from Orders to Messages the list comes whole, and nothing pushes in above a row', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  const order = await market.order(guest, await market.offer(await market.signUp('Ida Other')));
  await host.say(path.split('/')[2], 'The latest');
  const page = await guest.open('/orders');
  await expect(page.locator('.order', { hasText: order.code })).toBeVisible();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/rpc/get_conversations**', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Messages' }).first().click();
  const list = page.getByRole('region', { name: 'Conversations' });
  await expect(list.locator('.skeleton')).toBeVisible();
  await expect(list.locator('.row')).toHaveCount(0);
  release();
  await expect(list.locator('.row').first()).toContainText('The latest');
  await expect(list.locator('.row')).toHaveCount(2);
  await expect(list.locator('.skeleton')).toHaveCount(0);
});

test('a row that moves up keeps the focus', async ({ market }) => {
  const { guest, path } = await market.talk(['host: Hello']);
  const ida = await market.signUp('Ida Other');
  const other = await market.conversation(guest, await market.offer(ida));
  await ida.say(other, 'The latest');
  const page = await guest.open('/messages');
  await expect(page.locator('dialog.palette')).toBeAttached();
  const rows = page.locator('.rows .row');
  await expect(rows.first()).toContainText('The latest');
  await row(page, 'Hanno Host').focus();
  await guest.say(path.split('/')[2], 'On top again');
  await expect(rows.first()).toContainText('Hanno Host');
  await expect(row(page, 'Hanno Host')).toBeFocused();
  await page.keyboard.press('j');
  await expect(row(page, 'Ida Other')).toBeFocused();
});

for (const viewport of [
  { width: 390, height: 844 },
  { width: 390, height: 430 },
]) {
  test(`C10 the next page comes by scrolling, at ${viewport.width} × ${viewport.height}`, async ({ market }) => {
    const guest = await market.signUp('Gesa Guest', { viewport });
    const host = await market.signUp('Hanno Host');
    for (let count = 0; count < 35; count += 1) {
      const { id: listing_id } = await market.offer(host);
      await guest.post('start_conversation', { listing_id, message_id: uuidV7(), body: 'Is it free?' });
    }
    const page = await guest.open('/messages');
    const rows = page.locator('.rows .row');
    await expect(rows).toHaveCount(30);
    await rows.last().scrollIntoViewIfNeeded();
    await expect(rows).toHaveCount(35);
    await expect(row(page, 'Hanno Host').first()).toBeAttached();
  });
}
