// The details beside a conversation in a wide window, and the person of a conversation at every width.
import { expect, expectAccessible, test } from '../fixtures';
import { Chat } from '../chat';

const WIDE = { viewport: { width: 1600, height: 900 } };

test('C4 D1 in a wide window the order, its actions and the person stand beside the conversation', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const host = await market.signUp('Hanno Host', WIDE);
  const offer = await market.offer(host);
  const earlier = await market.order(guest, offer);
  const order = await market.order(guest, offer);
  const page = await host.open(`/messages/${order.conversation}`);
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText(order.code);
  await expect(details.getByRole('heading', { name: 'Gesa Guest' })).toBeVisible();
  await expect(details).toContainText(/Member since \u200b*\w+ \d{4}/);
  await expect(details.getByRole('link', { name: offer.title }).first()).toBeVisible();
  await expect(details.locator(`a[href="/orders/${earlier.code}"]`)).toBeVisible();
  // It says what the bar above the messages says elsewhere.
  await expect(page.locator('.subject-bar')).toBeHidden();
  await expectAccessible(page);
  await details.getByRole('button', { name: 'Accept' }).click();
  await expect(details.locator('.details__part').first().locator('.status')).toHaveText('Accepted');
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(details).toBeHidden();
  await expect(page.locator('.subject-bar')).toBeVisible();
});

test('C4 the name in the header shows the person, on a phone too', async ({ market }) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { guest, host, path } = await market.talk(['host: Hello'], { guest: phone });
  const page = await guest.open(path);
  await page.getByRole('heading', { level: 2 }).getByRole('button', { name: host.name }).tap();
  const person = page.getByRole('dialog', { name: host.name });
  await expect(person).toContainText(/Member since/);
  await expect(person.getByText(`Listings of ${host.name.split(' ')[0]}`)).toBeVisible();
  await expectAccessible(page);
  await person.getByRole('button', { name: 'Close' }).tap();
  await expect(person).toBeHidden();
  await Chat.onPage(page).shows('Hello');
});
