// On a phone: one thing at a time, and nothing wider than the screen.
import type { Page } from '@playwright/test';
import { Chat, badge, row } from '../chat';
import { expect, test } from '../fixtures';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test('A14 C9 list and conversation take turns, with a way back', async ({ market }) => {
  const lines = ['guest: Is there a bath?', 'host: A big one.'];
  const { guest, conversation } = await market.talk(lines, { guest: PHONE });
  const { page } = guest;
  await guest.open('/messages');
  await expect(badge(page)).toHaveText(/^1\b/);
  const list = page.getByRole('region', { name: 'Conversations' });
  await expect(list).toBeVisible();
  await expect(page.getByRole('log')).toHaveCount(0);

  await row(page, 'Hanno Host').tap();
  await expect(page).toHaveURL(`/messages/${conversation}`);
  const chat = Chat.onPage(page);
  await chat.shows('A big one.');
  await expect(list).toBeHidden();
  // Bar and tab bar leave the room to the conversation.
  await expect(page.getByRole('navigation', { name: 'Main' })).toHaveCount(0);

  // On a touch screen Enter is a new line; the button sends.
  await chat.field.tap();
  await chat.field.pressSequentially('Lovely');
  await chat.field.press('Enter');
  await chat.field.pressSequentially('See you');
  await chat.send.tap();
  await chat.shows('Lovely See you');
  await expect(chat.field).toBeFocused();

  await page.getByRole('link', { name: 'Back to all messages' }).tap();
  await expect(page).toHaveURL('/messages');
  await expect(list).toBeVisible();
  await expect(row(page, 'Hanno Host')).toContainText('You: Lovely');
  await expect(badge(page)).toHaveCount(0);

  // Back and forward of the browser do the same.
  await row(page, 'Hanno Host').tap();
  await chat.shows('A big one.');
  await page.goBack();
  await expect(list).toBeVisible();
});

test('A7 A14 the dialog fills the screen of a phone', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  const guest = await market.signUp('Gesa Guest', PHONE);
  const page = await guest.open(`/listings/${offer.id}`);
  await page.getByRole('button', { name: 'Contact host' }).tap();
  const chat = Chat.inDialog(page);
  await expect(chat.field).toBeVisible();
  const size = page.viewportSize()!;
  await expect
    .poll(() => chat.pane.boundingBox())
    .toEqual({ x: 0, y: 0, width: size.width, height: size.height });
  await chat.field.fill('From my phone');
  await chat.send.tap();
  await chat.shows('From my phone');
  await chat.pane.getByRole('button', { name: 'Close' }).tap();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // Here the way to the host stands in the place of the tab bar.
  await expect(page.getByRole('button', { name: 'Contact host' })).toBeFocused();
  await guest.open('/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Messages/ }).tap();
  await expect(row(page, 'Hanno Host')).toContainText('You: From my phone');
});

test('UX-06 the dock of a listing makes room for the form, and has the total', async ({ market }) => {
  const offer = await market.offer(await market.signUp('Hanno Host'));
  const page = await (await market.signUp('Gesa Guest', PHONE)).open(`/listings/${offer.id}`);
  const dock = page.getByRole('complementary', { name: 'Price and contact' });
  await expect(dock).toContainText('€95');
  await dock.getByRole('link', { name: 'Ask to book' }).tap();
  await expect(page.getByLabel('Arrive')).toBeInViewport();
  await expect(dock).toBeHidden();
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Arrive').fill(day(10));
  await page.getByLabel('Leave').fill(day(13));
  await page.evaluate(() => scrollTo(0, 0));
  await expect(dock).toContainText('€285');
});

test('A14 at 320 px nothing is wider than the screen', async ({ market, expectConsole }) => {
  expectConsole(/status of 404 .*\/no-such-page/);
  const narrow = { viewport: { width: 320, height: 640 } };
  const long = 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Ozymandias';
  const host = await market.signUp(long.slice(0, 60), narrow);
  const guest = await market.signUp('Gesa Guest', narrow);
  const offer = await market.offer(host, 'Donaudampfschifffahrtsgesellschaftskapitänskajüte');
  const conversation = await market.conversation(guest, offer);
  await guest.say(conversation, `https://stoa.example/${'long'.repeat(60)}`);
  await host.say(conversation, 'W'.repeat(300));

  const { page: nobody } = await market.visitor(narrow);
  for (const path of ['/', '/sign-in', '/sign-up', `/listings/${offer.id}`, '/no-such-page']) {
    await nobody.goto(path);
    await expectNoOverflow(nobody, path);
  }
  const paths = ['/', `/listings/${offer.id}`, '/messages', `/messages/${conversation}`, '/settings'];
  for (const path of paths) {
    await guest.open(path);
    await expectNoOverflow(guest.page, path);
  }
  for (const path of ['/hosting', '/listings/new', `/listings/${offer.id}`, `/listings/${offer.id}/edit`]) {
    await host.open(path);
    await expectNoOverflow(host.page, path);
  }
  await guest.open(`/listings/${offer.id}`);
  await guest.page.getByRole('button', { name: 'Contact host' }).click();
  await expect(Chat.inDialog(guest.page).bubbles).toHaveCount(2);
  await expectNoOverflow(guest.page, 'the dialog');
});

async function expectNoOverflow(page: Page, what: string): Promise<void> {
  const tooWide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const names = [...document.querySelectorAll('body *')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        if (box.width === 0 || (box.right <= width + 1 && box.left >= -1)) return false;
        // What scrolls or cuts inside itself, like a row of chips, does not widen the page.
        for (let around = element.parentElement; around; around = around.parentElement) {
          if (around !== document.body && getComputedStyle(around).overflowX !== 'visible') return false;
        }
        return getComputedStyle(element).position !== 'fixed' || box.right > width + 1;
      })
      .map((element) => `${element.tagName}.${element.className} ${JSON.stringify(element.getBoundingClientRect())}`);
    return { scrolls: document.documentElement.scrollWidth - width, names };
  });
  expect.soft(tooWide, what).toEqual({ scrolls: 0, names: [] });
}
