// What axe finds, on every page in light and dark, and what the keyboard alone can do.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import type { Marketplace } from '../marketplace';

for (const theme of ['light', 'dark'] as const) {
  const look = { colorScheme: theme, reducedMotion: 'reduce' } as const;

  test(`A14 axe finds nothing on public pages, ${theme}`, async ({ market, expectConsole }) => {
    expectConsole(/status of 404 .*\/no-such-page/);
    const id = await someListing(market);
    const { page } = await market.visitor(look);
    for (const path of ['/', '/?q=oak', '/?q=unobtainium', `/listings/${id}`, '/sign-in', '/sign-up', '/mail/confirm/none', '/no-such-page']) {
      await page.goto(path);
      await expectAccessible(page);
    }
  });

  test(`A14 axe finds nothing on personal pages, ${theme}`, async ({ market }) => {
    const tomas = await market.demo('tomas', look);
    const { page } = tomas;
    await tomas.open('/hosting');
    await expectAccessible(page);
    const own = await page.locator('.offer h2 a').first().getAttribute('href');
    for (const path of [own!, `${own}/edit`, '/listings/new', '/settings']) {
      await tomas.open(path);
      await expectAccessible(page);
    }
    // With its errors on it.
    await page.goto('/listings/new');
    await tomas.open('/listings/new');
    await page.getByRole('button', { name: 'Publish' }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expectAccessible(page);
  });

  test(`A14 axe finds nothing in messages, ${theme}`, async ({ market }) => {
    const noor = await market.demo('noor', look);
    const { page } = noor;
    await noor.open('/messages');
    await expect(row(page, 'Boathouse on the lake').first()).toBeVisible();
    await expectAccessible(page);
    await row(page, 'Desert dome').click();
    await expect(Chat.onPage(page).bubbles.last()).toBeVisible();
    await expectAccessible(page);
    const nobody = await market.signUp('Nina Neu', look);
    await nobody.open('/messages');
    await expectAccessible(nobody.page);
  });

  test(`A14 axe finds nothing in the dialog, ${theme}`, async ({ market }) => {
    const { guest, offer } = await market.talk(['guest: Hello', 'host: Good morning'], { guest: look });
    const page = await guest.open(`/listings/${offer.id}`);
    await page.getByRole('button', { name: 'Contact host' }).click();
    const chat = Chat.inDialog(page);
    await chat.shows('Good morning');
    await chat.write('See https://stoa.example/');
    await expect(chat.progress).toHaveText(/Sent/);
    await expectAccessible(page);
  });
}

test('UX-20 UX-22 from load to writing in three stops, and the list and the buttons of messages are one stop each', async ({
  market,
}) => {
  const { guest, host, path } = await market.talk(['guest: One', 'guest: Two', 'host: Three']);
  await host.say(await market.conversation(guest, await market.offer(host)), 'Another');
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.shows('Three');
  let stops = 0;
  const press = async (key: string) => {
    await page.keyboard.press(key);
    stops += 1;
  };
  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to message field' })).toBeFocused();
  await press('Enter');
  await expect(chat.field).toBeFocused();
  expect(stops).toBe(3);
  // Of all rows and of all messages one can be reached by Tab, and the arrows reach the others.
  await expect(page.locator('.inbox__list .row')).toHaveCount(2);
  await expect(page.locator('.inbox__list .row:not([tabindex="-1"])')).toHaveCount(1);
  await expect(page.locator('.bubble__more')).toHaveCount(3);
  await expect(page.locator('.bubble__more:not([tabindex="-1"])')).toHaveCount(1);
  await page.locator('.bubble__more:not([tabindex="-1"])').focus();
  await expect(page.getByRole('button', { name: 'More: Three' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('button', { name: 'More: Two' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('button', { name: 'More: One' })).toBeFocused();
});

test('A7 the dialog keeps the focus, Esc closes it and gives the focus back', async ({ market }) => {
  const { guest, offer } = await market.talk(['guest: Hello']);
  const page = await guest.open(`/listings/${offer.id}`);
  const button = page.getByRole('button', { name: 'Contact host' });
  await button.focus();
  await page.keyboard.press('Enter');
  const chat = Chat.inDialog(page);
  await expect(chat.field).toBeFocused();
  // All the way round and back: the page behind is never reached.
  for (const key of [...Array(8).fill('Tab'), ...Array(8).fill('Shift+Tab')]) {
    await page.keyboard.press(key);
    const isOutside = await page.evaluate(() => {
      const focused = document.activeElement;
      return !!focused && focused !== document.body && !focused.closest('dialog');
    });
    expect(isOutside).toBe(false);
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('A8 the keyboard moves through the list and opens a conversation', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  for (const name of ['Anton Alt', 'Berta Busch', 'Cora Clasen']) {
    const host = await market.signUp(name);
    await guest.say(await market.conversation(guest, await market.offer(host)), `Hello ${name}`);
  }
  const page = await guest.open('/messages');
  const rows = page.locator('.row');
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('End');
  await expect(rows.nth(2)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  const chat = Chat.onPage(page);
  await chat.shows('Hello Berta Busch');
  await expect(chat.field).toBeFocused();
  await page.keyboard.press('Alt+ArrowUp');
  await chat.shows('Hello Cora Clasen');
  await expect(rows.nth(0)).toHaveAttribute('aria-current', 'true');
});

test('the first Tab offers the way past the navigation', async ({ market }) => {
  const { guest } = await market.talk(['guest: Hello']);
  const page = await guest.open('/messages');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('A7 messages of the other side are read out, politely', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: Good morning']);
  await guest.open(path);
  const chat = Chat.onPage(guest.page);
  await expect(chat.log).toHaveAttribute('aria-live', 'polite');
  await expect(chat.log).toHaveAttribute('aria-relevant', 'additions');
  await expect(chat.log.getByRole('article', { name: /^You, \d\d:\d\d$/ })).toHaveAttribute('aria-live', 'off');
  await expect(chat.log.getByRole('article', { name: /^Hanno Host, \d\d:\d\d$/ })).toBeVisible();
});

async function someListing(market: Marketplace): Promise<string> {
  const host = await market.signUp('Hanno Host');
  return (await market.offer(host)).id;
}
