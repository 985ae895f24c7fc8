// Texts come from the words: in the mirrored language each of them begins with a mark, so what has none stands in the code.
import { expect, type Page } from '@playwright/test';
import { test } from '../fixtures';

/** What people have written, what the browser writes itself, and the name of the software. */
const NO_WORDS = '[dir=auto], bdi, time, code, .brand, .avatar, .number, .mail, script, style, option, textarea';

/** Shown and spoken texts without the mark. */
async function unmarked(page: Page): Promise<string[]> {
  return page.evaluate((noWords) => {
    const found: string[] = [];
    const check = (text: string | null, where: string) => {
      if (text && /\p{L}/u.test(text) && !text.includes('\u200b')) found.push(`${where}: ${text.trim()}`);
    };
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest(noWords)) continue;
      // A sentence with an element inside is one text in several nodes.
      if (parent.textContent?.includes('\u200b')) continue;
      check(node.textContent, parent.tagName.toLowerCase());
    }
    for (const name of ['aria-label', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll(`body [${name}]`)) {
        if (!element.closest(noWords)) check(element.getAttribute(name), name);
      }
    }
    return found;
  }, NO_WORDS);
}

test('every text of the pages comes from the words, and they run from right to left', async ({ market, server }) => {
  const operator = await market.demo('aino');
  await operator.page.context().addCookies([{ name: 'language', value: 'ar-XB', url: server.url }]);
  const { page } = operator;
  for (const path of [
    '/',
    '/messages',
    '/orders',
    '/orders/new',
    '/hosting',
    '/listings/new',
    '/rooms/new',
    '/notifications',
    '/settings',
    '/operator/orders',
    '/operator/users',
    '/operator/audit',
    '/operator/notices',
    '/operator/conversations',
    '/operator/settings',
    '/nowhere',
  ]) {
    await operator.open(path);
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    expect.soft(await unmarked(page), path).toEqual([]);
  }
});

test('the words of a chunk come with it, in the language of the page', async ({ market, server }) => {
  const guest = await market.demo('noor');
  await guest.page.context().addCookies([{ name: 'language', value: 'ar-XB', url: server.url }]);
  const { page } = guest;
  await guest.open('/messages');
  await page.locator('.rows .row').first().click();
  await expect(page.locator('.composer textarea')).toHaveAttribute('placeholder', /^\u200b/);
  expect(await unmarked(page)).toEqual([]);
});
